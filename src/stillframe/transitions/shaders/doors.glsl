// Two leaves swing away from the viewer; the room behind is the new photo, coming nearer.
const float DEPTH = 1.6;
const float PERSPECTIVE = 0.9;

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 place = direction_index == 1 ? at.yx : at;
    vec2 pixels = direction_index == 1 ? size_px.yx : size_px;
    float from_hinge = min(place.x, 1.0 - place.x);
    float s = sin(progress * PI * 0.5);
    float c = cos(progress * PI * 0.5);
    // Where the line of sight meets the leaf, which has turned about its hinge by the angle.
    float sight = max(1e-4, DEPTH * c - from_hinge * s * PERSPECTIVE);
    float width = from_hinge * DEPTH / sight;
    float near = 1.0 + width * s / DEPTH * PERSPECTIVE;
    float across = (place.y - 0.5) * near + 0.5;
    vec2 room = (at - 0.5) * mix(0.9, 1.0, progress) + 0.5;
    vec4 behind = to_at(room);
    behind.rgb *= mix(0.45, 1.0, smoothstep(0.0, 0.9, progress));
    float shadow = 1.0 - 0.35 * (1.0 - progress) * smoothstep(0.12, 0.0, abs(width - 0.5));
    vec4 colour = vec4(behind.rgb * shadow, behind.a);
    // How far the leaf's edges are, in pixels: its free one, and the slanted ones.
    float free_px = (0.5 * DEPTH * c / (DEPTH + 0.5 * s * PERSPECTIVE) - from_hinge) * pixels.x;
    if (free_px < -0.5)
        return colour;
    float per_width = DEPTH * DEPTH * c / (sight * sight) / pixels.x;
    vec2 per_across = vec2((place.y - 0.5) * s / DEPTH * PERSPECTIVE * per_width, near / pixels.y);
    float slanted_px = min(across, 1.0 - across) / length(per_across);
    // The edge of the screen is no edge of the leaf.
    float there = clamp(free_px + 0.5, 0.0, 1.0) * (near > 1.0 + 1e-4 ? clamp(slanted_px + 0.5, 0.0, 1.0) : 1.0);
    if (there <= 0.0)
        return colour;
    float x = place.x < 0.5 ? width : 1.0 - width;
    vec2 uv = direction_index == 1 ? vec2(across, x) : vec2(x, across);
    vec4 leaf = from_at(clamp(uv, 0.0, 0.9999));
    return mix(colour, vec4(leaf.rgb * (1.0 - 0.55 * s * (0.4 + width)), leaf.a), there);
}
