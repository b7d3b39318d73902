// The page bends over a cylinder that rolls along the direction: a flat part that still lies, a bend
// of half a turn, and the part that has been turned over, whose back is seen.
//
// Lengths are in heights of the surface; `along` runs against the motion, so that the edge that is
// lifted first has the largest.
vec4 page_back(vec2 p, float facing)
{
    vec4 old = from_at(clamp(p / vec2(aspect, 1.0), 0.0, 0.9999));
    // Light falls on the top of the roll; where it dives away from the viewer it is in the shade.
    float light = mix(0.5, 1.0, smoothstep(0.0, 0.85, facing)) + 0.16 * smoothstep(0.3, 0.0, abs(facing - 0.75));
    return vec4(mix(paper.rgb, old.rgb, translucency) * light, 1.0);
}

float on_page(vec2 p, float pixel)
{
    vec2 margin = min(p, vec2(aspect, 1.0) - p);
    return smoothstep(-0.5 * pixel, 0.5 * pixel, min(margin.x, margin.y));
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 square = vec2(aspect, 1.0);
    float pixel = 1.5 / size_px.y;
    vec2 against = -direction;
    vec2 p = at * square;
    float along = dot(p, against);
    float least = dot(min(against, 0.0), square);
    float most = dot(max(against, 0.0), square);
    float reach = radius * 1.6;
    // A corner is small: lifted by it, the page turns faster at the beginning and at the end.
    float corner = 2.0 * abs(direction.x * direction.y);
    float run = progress + mix(-0.05, 0.08, corner) * sin(2.0 * PI * progress);
    float bend = mix(most, least - radius - 0.5 * reach, run);
    float past = along - bend;

    // The new photo, in the shadow of the roll.
    float begun = smoothstep(0.0, 2.0 * radius, most - bend);
    float over = smoothstep(0.9, 1.0, progress);
    float fall = exp(-max(0.0, past - radius) * 3.0 / reach) * smoothstep(radius + reach, radius, past);
    vec4 colour = to_at(at);
    colour.rgb *= 1.0 - shadow * begun * fall * (1.0 - over);

    float sine = clamp(past / radius, 0.0, 1.0);
    float angle = asin(sine);

    // The page's back: over the bend, then flat on top of what still lies.
    float back_part = past <= 0.0 ? bend + PI * radius - past : bend + radius * (PI - angle);
    vec2 back_at = p + against * (back_part - along);

    // The page's face: flat, then rising into the bend.
    float flat_part = past <= 0.0 ? along : bend + radius * angle;
    vec2 face_at = p + against * (flat_part - along);
    float face = on_page(face_at, pixel) * (1.0 - smoothstep(radius - pixel, radius, past));
    face = past <= 0.0 ? 1.0 : face;
    if (face > 0.0) {
        vec4 old = from_at(clamp(face_at / square, 0.0, 0.9999));
        old.rgb *= mix(1.0, 0.45, begun * sine * sine);
        // What has been turned over throws its shadow on what still lies.
        vec2 out_by = max(max(-back_at, back_at - square), 0.0);
        float near = smoothstep(0.9 * radius, 0.0, length(out_by)) * (1.0 - sine);
        old.rgb *= 1.0 - 0.8 * shadow * begun * near * near;
        colour = mix(colour, old, face);
    }
    float back = on_page(back_at, pixel) * (1.0 - smoothstep(radius - pixel, radius, past));
    if (back > 0.0)
        colour = mix(colour, page_back(back_at, past <= 0.0 ? 1.0 : cos(angle)), back);
    return colour;
}
