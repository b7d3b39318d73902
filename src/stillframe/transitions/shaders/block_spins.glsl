// One slab, as large as the screen, turns over about its middle: seen from straight ahead and without
// perspective, on black. Its front is the old photo, its back the new one, its sides are black glass.
//
// The turn takes place in the plane of the direction and the line of sight. Half the slab's width and
// height is 1.
const float THICK = 0.025;   // half of it
const float BAND = 0.09;     // half the width of the light that runs along a side

// How much of a pixel lies inside an edge that is so many pixels away.
float inside(float pixels) { return clamp(pixels + 0.5, 0.0, 1.0); }

// A face: `place` is where on it we look, -1..1. Its rims light up while it turns.
vec4 faced(vec4 photo, vec2 place, vec2 margin_px, float turned, float line_px)
{
    float light = 1.0 - 0.3 * turned;
    float sheen = 0.22 * turned * smoothstep(0.5, 0.0, abs(place.x * 0.6 - place.y * 0.4 - 1.6 + 1.6 * turned));
    float rim = turned * (1.0 - smoothstep(0.4, 1.0, min(margin_px.x, margin_px.y) / line_px));
    return vec4(mix(photo.rgb * light + sheen, vec3(1.0), 0.85 * rim), photo.a);
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    float eased = progress < 0.5 ? 4.0 * progress * progress * progress
        : 1.0 - pow(2.0 - 2.0 * progress, 3.0) * 0.5;
    float c = cos(PI * eased);
    float s = sin(PI * eased);
    vec2 beside = vec2(-direction.y, direction.x);
    vec2 here = (at - 0.5) * 2.0;
    float u = dot(here, direction);
    float b = dot(here, beside);
    vec2 per_px = 2.0 / size_px;
    float line_px = max(1.5, min(size_px.x, size_px.y) / 400.0);
    vec4 colour = vec4(0.0, 0.0, 0.0, 1.0);

    // The sides that look at us: one, or two where the slab turns about its diagonal.
    for (int i = 0; i < 4; i++) {
        vec2 outward = i == 0 ? vec2(1.0, 0.0) : i == 1 ? vec2(-1.0, 0.0) : i == 2 ? vec2(0.0, 1.0) : vec2(0.0, -1.0);
        float away = dot(outward, direction);
        if (away > -0.1)
            continue;
        vec2 along = vec2(-outward.y, outward.x);
        float run = (b - dot(outward, beside)) / dot(along, beside);
        float depth = (u - (away + run * dot(along, direction)) * c) / max(s, 1e-4);
        vec2 run_px = beside / dot(along, beside) * per_px;
        vec2 depth_px = (direction - beside * dot(along, direction) / dot(along, beside) * c) / max(s, 1e-4) * per_px;
        float run_margin = (1.0 - abs(run)) / length(run_px);
        float depth_margin = (THICK - abs(depth)) / length(depth_px);
        float there = inside(run_margin) * inside(depth_margin);
        float band = smoothstep(BAND, 0.0, abs(run * 0.5 + 0.5 - eased));
        float rim = s * (1.0 - smoothstep(0.4, 1.0, min(run_margin, depth_margin) / line_px));
        colour.rgb = mix(colour.rgb, vec3(max(band, 0.85 * rim)), there);
    }

    float turn = max(abs(c), 1e-4);
    float on_face = (u + (c >= 0.0 ? -THICK : THICK) * s) / turn;
    vec2 place = b * beside + on_face * direction;
    vec2 x_px = (beside.x * beside + direction.x / turn * direction) * per_px;
    vec2 y_px = (beside.y * beside + direction.y / turn * direction) * per_px;
    vec2 margin_px = (1.0 - abs(place)) / vec2(length(x_px), length(y_px));
    float there = inside(margin_px.x) * inside(margin_px.y);
    if (there > 0.0) {
        vec2 seen = clamp(place * 0.5 + 0.5, 0.0, 0.9999);
        vec4 photo = c >= 0.0 ? from_at(seen) : to_at(seen);
        colour = mix(colour, faced(photo, place, margin_px, s, line_px), there);
    }
    return colour;
}
