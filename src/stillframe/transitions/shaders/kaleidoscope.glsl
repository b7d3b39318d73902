// Mirrors fold the picture about its middle; half way, both photos are in the glass.
vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 square = vec2(aspect, 1.0);
    vec2 off = (at - 0.5) * square;
    float far = length(off);
    float turn = atan(off.y, off.x) + 1.2 * (progress - 0.5);
    float sector = 2.0 * PI / float(mirrors);
    float folded = abs(mod(turn + 0.5 * sector, sector) - 0.5 * sector);
    vec2 glass = far * vec2(cos(folded + 2.0 * progress), sin(folded + 2.0 * progress)) / square;
    vec2 seen = abs(mod(glass + 0.5, 2.0) - 1.0);
    seen = clamp(1.0 - seen, 0.0, 0.9999);
    float fold = smoothstep(0.0, 0.35, progress) * (1.0 - smoothstep(0.65, 1.0, progress));
    vec4 plain = mix(from_at(at), to_at(at), smoothstep(0.4, 0.6, progress));
    vec4 mirrored = mix(from_at(seen), to_at(seen), smoothstep(0.3, 0.7, progress));
    return mix(plain, mirrored, fold);
}
