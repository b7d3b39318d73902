// Warm light leaks over the frame; where it is brightest, the next photo is already there.
float drift(vec2 p)
{
    return 0.5 + 0.5 * sin(p.x * 2.1 + sin(p.y * 1.7 + seed) + seed * 0.31) * cos(p.y * 1.3 - p.x * 0.6 + seed * 0.17);
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 p = (at - 0.5) * vec2(aspect, 1.0) * 1.6 + vec2(progress * 1.8, progress * 0.5);
    float leak = drift(p) * 0.65 + drift(p * 1.9 + 3.0) * 0.35;
    float rise = sin(PI * progress);
    float local = smoothstep(0.0, 0.5, progress * 1.5 - 0.5 * (1.0 - leak));
    vec4 base = mix(from_at(at), to_at(at), smoothstep(0.25, 0.75, local * progress * 1.2 + 0.15 * progress));
    base = mix(base, to_at(at), smoothstep(0.85, 1.0, progress));
    float light = rise * rise * leak;
    vec3 warm = mix(vec3(0.95, 0.28, 0.05), vec3(1.0, 0.75, 0.32), leak);
    vec3 lit = 1.0 - (1.0 - base.rgb) * (1.0 - warm * light * 0.31);
    return vec4(lit, base.a);
}
