#version 440
#extension GL_GOOGLE_include_directive : require
// Left and right from the middle, up and down from a line: deep tones meet in the centre.
#include "sound.glsl"
#include "bars.glsl"

void main()
{
    vec2 at = qt_TexCoord0 * size_px - size_px * 0.5;
    float cell = size_px.x * 0.5 / bar_count;
    float right = step(0.0, at.x);
    float x = min(abs(at.x) / cell, bar_count - 0.001);
    float bar = floor(x);
    float neighbour = clamp(bar + sign(x - bar - 0.5), 0.0, bar_count - 1.0);
    vec4 row = bar_row(x, abs(at.y), cell, size_px.y * 0.42,
        of_side(bars_at(bar), right), of_side(ghosts_at(bar), right), of_side(bars_at(neighbour), right), 1.0);
    show(row * smoothstep(0.0, 0.08, min(qt_TexCoord0.y, 1.0 - qt_TexCoord0.y)));
}
