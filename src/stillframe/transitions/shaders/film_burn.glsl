// Light leaks into the camera: a white-hot front sweeps over the frame, overexposes what is near it
// and leaves the next photo behind.
float drift(vec2 p)
{
    return 0.5 + 0.5 * sin(p.x * 2.1 + sin(p.y * 1.7 + seed) + seed * 0.31) * cos(p.y * 1.3 - p.x * 0.6 + seed * 0.17);
}

// A light over a colour, as on film: the more there is, the less it adds.
vec3 exposed(vec3 colour, vec3 light) { return 1.0 - (1.0 - colour) * exp(-light); }

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    // It comes from one side or the other, and never quite straight.
    float side = mod(floor(seed), 2.0) < 0.5 ? 1.0 : -1.0;
    float slope = 0.5 * (hash21(vec2(floor(seed), 3.0)) - 0.5);
    vec2 p = (at - 0.5) * vec2(aspect, 1.0);
    float half_length = 0.5 * (aspect + abs(slope));
    float place = (side * p.x + slope * p.y) / half_length * 0.5 + 0.5;
    vec2 hazy = p * 1.6 + vec2(progress * 0.9, progress * 0.5);
    float haze = drift(hazy) * 0.65 + drift(hazy * 1.9 + 3.0) * 0.35;

    // The emulsion has grains: they catch the light one by one.
    float grain = hash21(floor(at * size_px / max(1.0, size_px.y / 1080.0)) + floor(progress * 48.0) * 7.0);
    float front = mix(-0.22, 1.16, progress);
    float ahead = place + 0.22 * (haze - 0.5) - front;
    float rough = ahead + 0.05 * (grain - 0.5);
    float there = smoothstep(0.0, 0.03, progress) * (1.0 - smoothstep(0.90, 1.0, progress));

    float core = exp(-rough * rough / 0.0016);
    float glow = exp(-max(ahead, 0.0) / 0.09) * exp(-max(-ahead, 0.0) / 0.05);
    float leak = exp(-max(ahead, 0.0) / 0.30) * exp(-max(-ahead, 0.0) / 0.10) * (0.25 + haze);
    vec4 old = from_at(at);
    vec4 base = mix(old, to_at(at), smoothstep(0.02, -0.02, rough));
    vec3 light = vec3(0.85, 0.16, 0.03) * leak + vec3(1.5, 0.62, 0.12) * glow + vec3(4.0, 3.4, 2.2) * core;
    vec3 colour = exposed(base.rgb, light * there);
    colour += (grain - 0.5) * 0.12 * there * min(1.0, leak);
    return vec4(clamp(colour, 0.0, 1.0), base.a);
}
