// A circle that grows past the corners.
vec4 transition(vec2 at)
{
    vec2 square = vec2(aspect, 1.0);
    float away = length((at - 0.5) * square) / (0.5 * length(square));
    float soft = max(softness, 1.5 / size_px.y);
    float edge = progress * (1.0 + soft);
    float open = progress >= 1.0 ? 1.0 : 1.0 - smoothstep(edge - soft, edge, away + 1e-6);
    return mix(from_at(at), to_at(at), progress <= 0.0 ? 0.0 : open);
}
