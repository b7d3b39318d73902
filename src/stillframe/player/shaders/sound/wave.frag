#version 440
#extension GL_GOOGLE_include_directive : require
// The sound itself, as a line of light.
#include "sound.glsl"

// The line's height in pixels and its slope, on a curve through four points of the wave.
vec2 line_at(float place)
{
    float column = place * 127.0;
    float low = floor(column);
    vec2 before = numbers(max(0.0, low - 1.0), 2.0), after = numbers(min(126.0, low + 1.0), 2.0);
    float a = before.x, b = before.y, c = after.x, d = after.y, t = column - low;
    vec3 cubic = 0.5 * vec3(c - a, 2.0 * a - 5.0 * b + 4.0 * c - d, 3.0 * (b - c) + d - a);
    float value = b + t * (cubic.x + t * (cubic.y + t * cubic.z)) - 0.5;
    float slope = cubic.x + t * (2.0 * cubic.y + t * 3.0 * cubic.z);
    // Calm at both ends, so that the line comes from nowhere and goes there.
    float ends = smoothstep(0.0, 0.15, place) * (1.0 - smoothstep(0.85, 1.0, place));
    return vec2(value, slope * 127.0 / size_px.x) * (ends * sink * size_px.y * 0.8);
}

void main()
{
    vec2 at = qt_TexCoord0 * size_px;
    float place = at.x / size_px.x;
    vec2 line = line_at(place);
    float above = abs(size_px.y * 0.5 - at.y - line.x);
    // Across a steep line, the distance is measured square to it; farther off, less and less so.
    float steep = line.y * line.y;
    float away = above * inversesqrt(1.0 + steep * around(above, size_px.y * 0.3));
    float thick = max(1.0, size_px.y * 0.009) * (1.0 + beat * 0.6);
    vec3 colour = tint(place);
    vec4 result = shadow(0.4 * around(away, size_px.y * 0.08 + 8.0));
    result = over(glow(colour, (0.3 + 0.5 * level) * around(away, size_px.y * 0.16 + 6.0)), result);
    vec3 lit = mixed(colour, vec3(1.0), 0.65 * around(away, thick));
    result = over(paint(lit, inside(away - thick)), result);
    vec2 edges = min(qt_TexCoord0, 1.0 - qt_TexCoord0);
    show(result * smoothstep(0.0, 0.06, edges.x) * smoothstep(0.0, 0.08, edges.y));
}
