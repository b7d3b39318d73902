// A front of fire: glow ahead of it, a white-hot line, embers and char behind, then the new photo.
// Sparks and ash fly up from it, and smoke rises over what has burnt.
float noise(vec2 p)
{
    vec2 i = floor(p);
    vec2 f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(hash21(i), hash21(i + vec2(1.0, 0.0)), f.x),
        mix(hash21(i + vec2(0.0, 1.0)), hash21(i + vec2(1.0, 1.0)), f.x), f.y);
}

float ragged(vec2 p, int layers)
{
    float sum = 0.0;
    float weight = 0.5;
    for (int i = 0; i < 5; i++) {
        if (i >= layers)
            break;
        sum += weight * noise(p);
        p = p * 2.03 + 17.1;
        weight *= 0.5;
    }
    return sum;
}

// Round specks that rise and sway, one in some of the cells: how clear the one here is, and its luck.
vec2 speck(vec2 q, float count, float share, float size, float rise)
{
    vec2 p = q * count + vec2(0.35 * sin(q.y * 9.0 + progress * 14.0), progress * rise);
    vec2 cell = floor(p);
    float luck = hash21(cell + seed);
    vec2 middle = 0.3 + 0.4 * vec2(hash21(cell + 31.7), hash21(cell + 77.3));
    float own = size * (0.5 + 0.5 * fract(luck * 91.7));
    float away = distance(fract(p), middle);
    return vec2(step(luck, share) * smoothstep(own, own * 0.25, away), fract(luck * 57.3));
}

// The old photo ahead of the fire: it shimmers in the heat and takes its light.
vec4 heated(vec2 at, vec2 p, float ahead, float lit, float pixel)
{
    float heat = exp(-max(ahead, 0.0) / (0.015 + 0.035 * glow_intensity)) * lit;
    vec2 shimmer = 0.006 * heat * vec2(noise(p * 9.0 + progress * 40.0) - 0.5, noise(p * 9.0 - progress * 40.0) - 0.5);
    vec4 colour = from_at(clamp(at + shimmer, 0.0, 0.9999));
    colour.rgb *= 1.0 - 0.45 * smoothstep(0.10, 0.0, ahead) * lit;
    colour.rgb += glow_color.rgb * heat * 0.8 * glow_intensity;
    float core = smoothstep(max(0.005 + 0.010 * glow_intensity, 2.0 * pixel), 0.0, ahead) * lit;
    return vec4(mix(colour.rgb, vec3(1.0, 0.96, 0.85), core), colour.a);
}

// Behind it: embers, then char that crumbles away in flakes, then the new photo.
vec4 burnt(vec2 at, vec2 q, vec4 fresh, float gone)
{
    vec3 ember = mix(glow_color.rgb, vec3(0.32, 0.10, 0.03), smoothstep(0.0, 0.35, gone));
    ember = mix(ember, vec3(0.05, 0.04, 0.035), smoothstep(0.3, 0.7, gone));
    vec2 glowing = speck(q, 60.0, 0.35, 0.30, 0.0);
    ember += glow_color.rgb * glowing.x * (0.4 + 0.6 * glowing.y) * (1.0 - smoothstep(0.2, 0.9, gone));
    return mix(vec4(ember, 1.0), fresh, smoothstep(0.6, 1.3, gone));
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 along = mix(1.0 - at, at, step(0.0, direction));
    vec2 counts = step(0.01, abs(direction));
    float place = dot(along, counts) / (counts.x + counts.y);
    float pixel = 1.5 * length(counts / size_px) / (counts.x + counts.y);
    vec2 q = at * vec2(aspect, 1.0);
    vec2 p = q * 4.0 + seed;
    float warp = ragged(p + 1.7 * ragged(p * 0.5, 5), 5);
    float lit = smoothstep(0.0, 0.05, progress);
    float char_behind = 0.025 + 0.08 * char_width;
    // Lit at the edge at once, and burnt past the other one, char and all, as the time ends.
    float move = max(0.0, progress - 0.02) / 0.98;
    float far = 1.01 + 1.3 * char_behind + 0.15 * jaggedness;
    float front = mix(-0.01, far, move) - (warp - 0.25 * (1.0 - move)) * jaggedness * 0.22;
    float ahead = place - front;
    float over = smoothstep(0.94, 1.0, progress);
    vec4 fresh = to_at(at);
    vec4 colour = fresh;
    float burning = smoothstep(-pixel, pixel, ahead);
    if (burning < 1.0)
        colour = burnt(at, q, fresh, max(0.0, -ahead) / char_behind);
    if (burning > 0.0)
        colour = mix(colour, heated(at, p, ahead, lit, pixel), burning);

    float calm = lit * (1.0 - over);
    if (smoke > 0.0 && ahead < 0.01 && ahead > -0.5) {
        vec2 drift = vec2(q.x * 2.2 + 0.4 * sin(q.y * 3.0 + progress * 5.0), q.y * 1.3 + progress * 3.5) + seed;
        float wisp = smoothstep(0.40, 0.66, ragged(drift + 0.9 * ragged(drift * 1.3, 2), 3));
        float thick = smoothstep(0.01, -0.08, ahead) * smoothstep(-0.5, -0.08, ahead);
        colour.rgb = mix(colour.rgb, vec3(0.42, 0.40, 0.39), 0.8 * smoke * wisp * thick * calm);
    }
    if (ash > 0.0 && ahead < 0.22 && ahead > -0.35) {
        float near = smoothstep(0.22, 0.0, ahead) * smoothstep(-0.35, 0.0, ahead) * calm;
        vec2 flake = speck(q, 17.0, 0.30, 0.17, 5.0);
        colour.rgb = mix(colour.rgb, vec3(0.10 + 0.16 * flake.y), flake.x * near * ash);
        vec2 spark = speck(q + 5.3, 13.0, 0.22, 0.13, 7.0);
        float own = spark.x * near * (0.4 + 0.6 * spark.y);
        colour.rgb += mix(glow_color.rgb, vec3(1.0, 0.9, 0.6), spark.x * spark.x) * own * ash * min(1.0, glow_intensity + 0.3);
    }
    return mix(colour, fresh, over);
}
