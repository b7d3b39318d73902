// The hand starts at twelve.
vec4 transition(vec2 at)
{
    vec2 off = (at - 0.5) * vec2(aspect, 1.0);
    if (direction_index == 1)
        off.x = -off.x;
    float turn = atan(-off.x, off.y) / (2.0 * PI) + 0.5;
    // Near the middle the edge is as many pixels soft as farther out.
    float soft = max(softness, 0.35 / max(1.0, length(off) * size_px.y));
    float edge = progress * (1.0 + soft);
    float open = 1.0 - smoothstep(edge - soft, edge, turn + 1e-6);
    open = progress <= 0.0 ? 0.0 : progress >= 1.0 ? 1.0 : open;
    return mix(from_at(at), to_at(at), open);
}
