// Streaks towards the middle, longest half way.
vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    float reach = strength * sin(PI * progress);
    vec2 inward = 0.5 - at;
    float offset = hash21(floor(at * size_px)) - 0.5;
    vec4 old = vec4(0.0);
    vec4 fresh = vec4(0.0);
    float weights = 0.0;
    for (int i = 0; i < 5; i++) {
        float part = (float(i) + 0.5 + offset) / 5.0;
        float weight = 4.0 * (part - part * part) + 0.05;
        vec2 uv = clamp(at + inward * part * reach, 0.0, 0.9999);
        old += from_at(uv) * weight;
        fresh += to_at(uv) * weight;
        weights += weight;
    }
    return mix(old, fresh, smoothstep(0.3, 0.7, progress)) / weights;
}
