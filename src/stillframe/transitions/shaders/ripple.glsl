// Each drop's ring bends the old photo as it passes; behind it lies the new one.
vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 square = vec2(aspect, 1.0);
    // Rings slow down as they grow wide: time hurries a little, so that all of it is used.
    float now = 0.95 * progress - 0.5 * progress * (1.0 - progress);
    float diagonal = 0.5 * length(square);
    float bend = 0.0;
    float reveal = 0.0;
    float ring = 0.0;
    for (int i = 0; i < 8; i++) {
        if (i >= ripple_count)
            break;
        float n = float(i);
        vec2 luck = vec2(hash21(vec2(n + 1.0, seed)), hash21(vec2(seed + 7.0, n + 3.0)));
        vec2 centre = i == 0 ? vec2(0.5) : 0.15 + 0.7 * luck;
        float start = i == 0 ? 0.0 : 0.25 * hash21(vec2(seed * 0.37, n));
        float own = clamp((now - start) / (1.0 - start), 0.0, 1.0);
        float away = length((at - centre) * square) / diagonal;
        float front = own * 1.3;
        float near = exp(-6.0 * abs(away - front)) * step(away, front + 0.25);
        bend += 0.012 * sin(18.0 * (away - front) - 4.0 * own) * near * smoothstep(0.0, 0.08, own);
        reveal = max(reveal, smoothstep(-0.04, 0.18, front - away) * smoothstep(0.0, 0.05, own));
        ring = max(ring, smoothstep(0.03, 0.0, abs(away - front)) * smoothstep(0.0, 0.1, own));
    }
    float rest = smoothstep(0.78, 0.95, now);
    vec2 outward = (at - 0.5) / max(1e-4, length((at - 0.5) * square));
    vec4 old = mix(from_at(at), from_at(clamp(at + outward * bend, 0.0, 0.9999)), 0.7);
    reveal = max(reveal, rest);
    vec4 colour = mix(old, to_at(at), reveal);
    return colour + vec4(vec3(0.08 * ring * (1.0 - reveal)), 0.0);
}
