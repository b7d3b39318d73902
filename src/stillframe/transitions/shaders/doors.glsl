// Two leaves swing away from the viewer; the room behind is the new photo, coming nearer.
vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 place = direction_index == 1 ? at.yx : at;
    float side = place.x < 0.5 ? -1.0 : 1.0;
    float from_hinge = place.x < 0.5 ? place.x : 1.0 - place.x;
    float angle = progress * PI * 0.5;
    float depth = 1.6;
    // Where the line of sight meets the leaf, which has turned about its hinge by the angle.
    float width = from_hinge * depth / max(1e-4, depth * cos(angle) - from_hinge * sin(angle) * 0.9);
    float near = 1.0 + width * sin(angle) / depth * 0.9;
    float across = (place.y - 0.5) * near + 0.5;
    vec2 room = (at - 0.5) * mix(0.9, 1.0, progress) + 0.5;
    vec4 behind = to_at(room);
    behind.rgb *= mix(0.45, 1.0, smoothstep(0.0, 0.9, progress));
    if (width < 0.5 && width >= 0.0 && across > 0.0 && across < 1.0) {
        float x = side < 0.0 ? width : 1.0 - width;
        vec2 uv = direction_index == 1 ? vec2(across, x) : vec2(x, across);
        vec4 leaf = from_at(clamp(uv, 0.0, 0.9999));
        return vec4(leaf.rgb * (1.0 - 0.55 * sin(angle) * (0.4 + width)), leaf.a);
    }
    float shadow = 1.0 - 0.35 * (1.0 - progress) * smoothstep(0.12, 0.0, abs(width - 0.5));
    return vec4(behind.rgb * shadow, behind.a);
}
