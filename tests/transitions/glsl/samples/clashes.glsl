#version 100
#extension GL_OES_standard_derivatives : enable
#ifdef GL_ES
precision mediump float;
#endif
// Names that are the prelude's, reserved words of GLSL 4.40, and functions that it has by itself.
#define PI 3.14159265
#define size_px 4.0
#define uv_of(p) ((p) * 1.0 \
                  + 0.0)
uniform vec2 direction; // = vec2(1.0, 0.0)
uniform float seed; // = 12.9898
uniform float table; // = 0.5
uniform float progress;
uniform float ratio;
const float weights[3] = float[3](0.25, 0.5, 0.25);

float hash21(vec2 p) { return fract(sin(dot(p, vec2(seed, 78.233))) * 43758.5453); }
float round(float x) { return floor(x + 0.5); }
vec4 texture(vec2 p) { return getToColor(p); }
vec4 from_at(vec2 p) { return getFromColor(p); }

vec4 transition (in highp vec2 p) {
  float sample = 0.0;
  for (int filter = 0; filter < 3; filter++) sample += weights[filter];
  vec2 at = uv_of(p);
  float shared = round(sample) * step(dot(at, direction) / size_px * 4.0, progress * 1.0001);
  return mix(from_at(at), texture(at), shared * step(-1.0, hash21(at)) * step(-PI, table + ratio));
}
