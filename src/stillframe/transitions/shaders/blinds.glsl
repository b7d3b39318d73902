// In each slat a band grows from the middle until it meets the next one's.
vec4 transition(vec2 at)
{
    float rows = max(2.0, floor(float(columns) / aspect + 0.5));
    float place = direction_index == 0 ? at.x * float(columns)
        : direction_index == 1 ? at.y * rows
        : (at.x + at.y) * 0.25 * (float(columns) + rows);
    float away = abs(fract(place) - 0.5);
    float soft = clamp(feather / 25.0 * 0.5, 0.001, 0.5);
    float half_width = progress * (0.5 + soft);
    float open = 1.0 - smoothstep(half_width - soft, half_width, away);
    open = progress <= 0.0 ? 0.0 : max(open, smoothstep(0.96, 1.0, progress));
    return mix(from_at(at), to_at(at), open);
}
