#version 440
#extension GL_GOOGLE_include_directive : require
// Bars side by side, deep tones on the left.
#include "sound.glsl"
#include "bars.glsl"

void main()
{
    vec2 at = qt_TexCoord0 * size_px;
    float cell = size_px.x / bar_count;
    float x = at.x / cell;
    float bar = floor(x);
    float neighbour = clamp(bar + sign(x - bar - 0.5), 0.0, bar_count - 1.0);
    float floor_px = cell * 0.5;
    vec4 row = bar_row(x, size_px.y - floor_px - at.y, cell, size_px.y * 0.84 - floor_px,
        louder(bars_at(bar)), louder(ghosts_at(bar)), louder(bars_at(neighbour)), 0.0);
    // What surrounds the tallest bars ends before the picture does.
    show(row * smoothstep(0.0, 0.08, qt_TexCoord0.y));
}
