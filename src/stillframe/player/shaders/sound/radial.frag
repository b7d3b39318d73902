#version 440
#extension GL_GOOGLE_include_directive : require
// A ring of bars: deep tones below, left and right on their sides, high tones meet above.
#include "sound.glsl"
#include "bars.glsl"

void main()
{
    vec2 at = qt_TexCoord0 * size_px - size_px * 0.5;
    float reach = min(size_px.x, size_px.y) * 0.5;
    float radius = reach * (0.5 + 0.03 * beat + 0.03 * level);
    float far = length(at);
    float right = step(0.0, at.x);
    float x = min(abs(atan(at.x, at.y)) / PI * bar_count, bar_count - 0.001);
    float bar = floor(x);
    float neighbour = clamp(bar + sign(x - bar - 0.5), 0.0, bar_count - 1.0);
    float cell = PI / bar_count * max(radius, far);
    vec4 row = bar_row(x, far - radius, cell, (reach - radius) * 0.8,
        of_side(bars_at(bar), right), of_side(ghosts_at(bar), right), of_side(bars_at(neighbour), right), 0.0);
    float ring = abs(far - radius * 0.94) - max(0.75, reach * 0.004);
    vec4 inner = over(paint(line_colour.rgb, inside(ring) * (0.35 + 0.5 * beat)),
        glow(tint(0.0), 0.3 * (level + beat) * around(abs(far - radius), radius * 0.5)));
    show(over(row, inner) * (1.0 - smoothstep(reach * 0.94, reach, far)));
}
