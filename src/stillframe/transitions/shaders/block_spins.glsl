// One slab of glass-edged board, seen from straight ahead, turns over about its middle.
const float HALF_THICK = 0.03;

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    float eased = progress < 0.5 ? 4.0 * progress * progress * progress
        : 1.0 - pow(2.0 - 2.0 * progress, 3.0) * 0.5;
    float angle = PI * eased;
    float c = cos(angle);
    float s = sin(angle);
    vec2 place = (at - 0.5) * 2.0;
    float along = dot(place, direction);
    bool front = c >= 0.0;
    float on_face = (along - (front ? 1.0 : -1.0) * HALF_THICK * s) / (front ? max(c, 1e-4) : min(c, -1e-4));
    vec2 face = place + direction * ((front ? on_face : -on_face) - along);
    // Its shadowed surroundings are the photos themselves, far back and dim.
    vec4 back = mix(from_at(at), to_at(at), smoothstep(0.3, 0.7, eased));
    vec4 colour = vec4(back.rgb * mix(1.0, 0.74, sin(PI * eased)), back.a);
    float reach = abs(c);
    if (all(lessThanEqual(abs(face), vec2(1.0)))) {
        vec2 uv = clamp(face * 0.5 + 0.5, 0.0, 0.9999);
        vec4 side = front ? from_at(uv) : to_at(uv);
        float light = 0.75 + 0.25 * reach;
        float sheen = smoothstep(0.18, 0.0, abs(on_face - (1.5 - 3.0 * eased))) * 0.25 * s;
        colour = vec4(side.rgb * light + sheen, side.a);
        vec2 rim = (1.0 - abs(face)) * size_px * 0.5 * max(reach, 0.05);
        colour.rgb += smoothstep(2.5, 0.5, min(rim.x, rim.y)) * 0.45 * s;
    } else if (abs(abs(along) - reach) <= 2.0 * HALF_THICK * s && abs(dot(place, vec2(-direction.y, direction.x))) <= 1.0) {
        float band = smoothstep(0.09, 0.0, abs(place.x * direction.y + place.y * direction.x - (1.0 - 2.0 * eased)));
        colour = vec4(vec3(0.30 + 0.5 * band), 1.0);
    }
    return colour;
}
