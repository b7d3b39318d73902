// A vortex about the middle winds the old photo up and unwinds the new one.
vec2 turned(vec2 off, float angle)
{
    return vec2(off.x * cos(angle) - off.y * sin(angle), off.x * sin(angle) + off.y * cos(angle));
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    // The whirl sets in gently, and comes to rest so.
    float now = 0.5 - 0.5 * cos(PI * progress);
    vec2 square = vec2(aspect, 1.0);
    vec2 off = (at - 0.5) * square;
    float away = length(off) / (0.5 * length(square));
    float calm = smoothstep(0.6, 1.0, now);
    float edge = 1.0 - smoothstep(0.94, 1.0, away);
    float twist = sin(PI * now) * 3.3 * PI * (1.0 - away) * (1.0 - away) * edge * (1.0 - 0.75 * calm);
    vec2 whirled = turned(off, twist);
    vec2 old = whirled * (1.0 - 0.45 * now * (1.0 - away));
    vec2 fresh = whirled * mix(0.85 + 0.25 * now, 1.0, calm);
    float amount = max(smoothstep(0.16, 0.41, now) * (1.0 - away),
        max(smoothstep(0.27, 0.63, now) * smoothstep(0.15, 1.0, away), smoothstep(0.72, 0.94, now)));
    vec4 before = from_at(clamp(old / square + 0.5, 0.0, 0.9999));
    vec4 after = to_at(clamp(fresh / square + 0.5, 0.0, 0.9999));
    return mix(before, after, clamp(amount, 0.0, 1.0));
}
