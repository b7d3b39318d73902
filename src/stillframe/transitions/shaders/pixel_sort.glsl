// Streaks grow; in each, eight samples of the photo are put in order of brightness and drawn out over
// its length. Half way the streaks are those of the new photo, and shrink back to it.
float own_share(float swap) { return smoothstep(swap - 0.1, swap + 0.1, progress); }

vec4 seen(vec2 at, float share)
{
    at = clamp(at, 0.0, 0.9999);
    if (share <= 0.0)
        return from_at(at);
    if (share >= 1.0)
        return to_at(at);
    return mix(from_at(at), to_at(at), share);
}

// A sample with its brightness in place of its alpha.
vec4 weighed(vec2 at, float share)
{
    vec4 colour = seen(at, share);
    return vec4(colour.rgb, dot(colour.rgb, vec3(0.2126, 0.7152, 0.0722)));
}

void order(inout vec4 darker, inout vec4 brighter)
{
    vec4 kept = darker;
    bool swap = darker.a > brighter.a;
    darker = swap ? brighter : darker;
    brighter = swap ? kept : brighter;
}

// Luck of a lane: like that of its neighbours, unless disorder is wanted.
float luck(float lane, float kind)
{
    float fold = lane / 24.0;
    float low = hash21(vec2(floor(fold), kind + seed));
    float high = hash21(vec2(floor(fold) + 1.0, kind + seed));
    float own = hash21(vec2(lane, kind + 41.0 + seed));
    return mix(mix(low, high, smoothstep(0.0, 1.0, fract(fold))), own, disorder);
}

vec2 lane_place(float middle, float place, vec2 way)
{
    return mix(vec2(middle), vec2(dot(direction, vec2(1.0)) > 0.0 ? place : 1.0 - place), way);
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 way = abs(direction);
    float place = dot(at, way);
    float across = dot(at, way.yx);
    place = dot(direction, vec2(1.0)) > 0.0 ? place : 1.0 - place;
    float width = streak * min(size_px.x, size_px.y) / dot(size_px, way.yx);
    float lane = floor(across / max(width, 1.0 / dot(size_px, way.yx)));
    float shift = luck(lane, 3.0);

    // Streaks lie one behind the other, each lane with a shift of its own.
    float number = floor(place / span + shift);
    float begin = (number - shift) * span;
    float late = 0.25 * (luck(lane, 71.0 + 17.0 * number) - 0.5);
    float swap = 0.5 + late;
    float share = own_share(swap);
    float grown = smoothstep(0.0, swap - 0.05, progress) * (1.0 - smoothstep(swap + 0.05, 1.0, progress));
    grown = grown * grown * (3.0 - 2.0 * grown);
    float length_now = span * grown;
    float within = place - begin;
    if (length_now < 1e-4 || within >= length_now)
        return seen(at, share);

    float middle = (lane + 0.5) * max(width, 1.0 / dot(size_px, way.yx));
    vec2 first = lane_place(middle, begin + length_now * 0.0625, way);
    vec2 stride = lane_place(middle, begin + length_now * 0.1875, way) - first;
    vec4 a = weighed(first, share);
    vec4 b = weighed(first + stride, share);
    vec4 c = weighed(first + 2.0 * stride, share);
    vec4 d = weighed(first + 3.0 * stride, share);
    vec4 e = weighed(first + 4.0 * stride, share);
    vec4 f = weighed(first + 5.0 * stride, share);
    vec4 g = weighed(first + 6.0 * stride, share);
    vec4 h = weighed(first + 7.0 * stride, share);
    // The shortest network that sorts eight.
    order(a, b); order(c, d); order(e, f); order(g, h);
    order(a, c); order(b, d); order(e, g); order(f, h);
    order(b, c); order(f, g); order(a, e); order(d, h);
    order(b, f); order(c, g); order(b, e); order(d, g);
    order(c, e); order(d, f); order(d, e);

    // Between the sorted ones colours go over into each other.
    float rank = clamp(within / length_now * 8.0 - 0.5, 0.0, 7.0);
    vec4 sorted = mix(a, b, clamp(rank, 0.0, 1.0));
    sorted = mix(sorted, c, clamp(rank - 1.0, 0.0, 1.0));
    sorted = mix(sorted, d, clamp(rank - 2.0, 0.0, 1.0));
    sorted = mix(sorted, e, clamp(rank - 3.0, 0.0, 1.0));
    sorted = mix(sorted, f, clamp(rank - 4.0, 0.0, 1.0));
    sorted = mix(sorted, g, clamp(rank - 5.0, 0.0, 1.0));
    sorted = mix(sorted, h, clamp(rank - 6.0, 0.0, 1.0));
    float inside = smoothstep(0.0, 0.02, min(within, length_now - within) / span) * smoothstep(0.0, 0.15, grown);
    return mix(seen(at, share), vec4(sorted.rgb, 1.0), inside);
}
