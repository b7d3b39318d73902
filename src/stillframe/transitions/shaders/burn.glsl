// A front of fire: glow ahead of it, a white-hot line, embers and char behind, then the new photo.
float noise(vec2 p)
{
    vec2 i = floor(p);
    vec2 f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(hash21(i), hash21(i + vec2(1.0, 0.0)), f.x),
        mix(hash21(i + vec2(0.0, 1.0)), hash21(i + vec2(1.0, 1.0)), f.x), f.y);
}

float ragged(vec2 p)
{
    float sum = 0.0;
    float weight = 0.5;
    for (int i = 0; i < 5; i++) {
        sum += weight * noise(p);
        p = p * 2.03 + 17.1;
        weight *= 0.5;
    }
    return sum;
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 along = mix(1.0 - at, at, step(0.0, direction));
    vec2 counts = step(0.01, abs(direction));
    float place = dot(along, counts) / (counts.x + counts.y);
    vec2 p = at * vec2(aspect, 1.0) * 4.0 + seed;
    float warp = ragged(p + 1.7 * ragged(p * 0.5));
    float move = smoothstep(0.05, 1.0, progress) + 0.0;
    float front = move * 1.35 - 0.02 - warp * jaggedness * 0.22;
    float ahead = place - front;
    float glow_width = 0.015 + 0.035 * glow_intensity;
    float char_behind = 0.025 + 0.08 * char_width;
    float lit = smoothstep(0.0, 0.05, progress);
    vec3 fire = glow_color.rgb;
    vec4 colour;
    if (ahead > 0.0) {
        float heat = exp(-ahead / glow_width) * lit;
        vec2 shimmer = 0.006 * heat * vec2(noise(p * 9.0 + progress * 40.0) - 0.5, noise(p * 9.0 - progress * 40.0) - 0.5);
        colour = from_at(clamp(at + shimmer, 0.0, 0.9999));
        colour.rgb += fire * heat * 0.8 * glow_intensity;
        float core = smoothstep(0.005 + 0.010 * glow_intensity, 0.0, ahead) * lit;
        colour.rgb = mix(colour.rgb, vec3(1.0, 0.96, 0.85), core);
    } else {
        float gone = -ahead / char_behind;
        vec3 ember = mix(fire, vec3(0.32, 0.10, 0.03), smoothstep(0.0, 0.35, gone));
        ember = mix(ember, vec3(0.05, 0.04, 0.035), smoothstep(0.3, 0.7, gone));
        float flecks = step(0.88, hash21(floor(at * vec2(120.0, 60.0)))) * (1.0 - smoothstep(0.2, 0.9, gone));
        ember += fire * flecks * 0.7;
        colour = mix(vec4(ember, 1.0), to_at(at), smoothstep(0.6, 1.3, gone));
    }
    return mix(colour, to_at(at), smoothstep(0.92, 1.0, move));
}
