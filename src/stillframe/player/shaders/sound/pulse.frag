#version 440
#extension GL_GOOGLE_include_directive : require
// Light from the edges: as much as is heard on each side, and a breath with the beat.
#include "sound.glsl"

const float BANDS = 10.0;

float band_at(float band, float right)
{
    float bar = floor(clamp(band / BANDS, 0.0, 1.0) * (bar_count - 1.0));
    return of_side(bars_at(bar), right);
}

void main()
{
    vec2 place = qt_TexCoord0;
    float right = step(0.5, place.x);
    // A smooth curve over the loudness of some of the bars.
    float column = (1.0 - place.y) * BANDS;
    float band = floor(column), t = column - band, u = 1.0 - t;
    float heard_here = (band_at(band - 1.0, right) * u * u * u
        + band_at(band, right) * (4.0 - 3.0 * t * t * (1.0 + u))
        + band_at(band + 1.0, right) * (4.0 - 3.0 * u * u * (1.0 + t))
        + band_at(band + 2.0, right) * t * t * t) / 6.0;
    float from_side = min(place.x, 1.0 - place.x) * size_px.x / size_px.y;
    float from_end = min(place.y, 1.0 - place.y);
    float reach = (0.1 + 0.2 * heard_here) * (0.7 + 0.3 * level + 0.3 * beat);
    float light = around(from_side, reach * 2.2) * (0.2 + 0.8 * heard_here)
        + around(from_end, 0.06 + 0.12 * beat) * (0.1 + 0.5 * beat) * level;
    // Eight bits are few for so soft a light: a grain finer than a step hides the edges.
    vec2 pixel = floor(qt_TexCoord0 * size_px);
    float grain = (fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
    show(glow(tint(1.0 - place.y), clamp(light, 0.0, 0.85) + grain * step(0.004, light)));
}
