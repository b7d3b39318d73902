// A row of bars: rounded, with a shadow and a glow that know their neighbours.

// What is drawn at `x` cells along the row and `y` pixels above the line that the bars stand on:
// `bar` and `ghost` are of the cell, `beside` is the bar of the nearer neighbour. A bar goes on
// below the line by its `below` share.
vec4 bar_row(float x, float y, float cell_px, float room_px, float bar, float ghost, float beside, float below)
{
    float off = fract(x) - 0.5;
    vec2 at = vec2(off * cell_px, y);
    float width = max(1.0, cell_px * 0.62);
    // The idle floor: a dot where there is no sound in a bar.
    float tall = max(width * (1.0 - 0.5 * below), bar * room_px);
    float body = round_box(at - vec2(0.0, tall * 0.5 * (1.0 - below)), vec2(width, tall * (1.0 + below)) * 0.5, width * 0.5);
    // Heights between two bars, so that what is around them has no seams.
    float around_here = mix(bar, beside, abs(off));
    float skyline = max(width, around_here * room_px);
    float above = max(0.0, max(y - skyline, -y));
    vec3 colour = tint(x / bar_count);
    float height = clamp(y / max(1.0, room_px), 0.0, 1.0);

    vec4 result = shadow(0.5 * around(above, cell_px * 1.5 + 12.0));
    result = over(glow(colour, 0.34 * smoothstep(0.0, 0.5, around_here) * around(above, cell_px * 2.0 + 0.12 * room_px)), result);
    float line_px = max(1.5, width * 0.2);
    float line = round_box(at - vec2(0.0, ghost * room_px + line_px), vec2(width, line_px) * 0.5, line_px * 0.5);
    result = over(paint(line_colour.rgb, inside(line) * 0.8 * smoothstep(0.004, 0.03, ghost - bar)), result);
    vec3 lit = mixed(colour, vec3(1.0), 0.04 + 0.36 * height);
    return over(paint(lit, inside(body)), result);
}
