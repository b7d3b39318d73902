// Reads an image beside the two photos: where it is darker, the new photo comes sooner.
uniform sampler2D shades;
uniform float softness; // = 0.2

float shade(sampler2D shades, vec2 p) { return texture2D(shades, p).r; }

vec4 transition(vec2 uv) {
  float at = shade(shades, uv) * (1.0 - softness);
  return mix(getFromColor(uv), getToColor(uv), smoothstep(at, at + softness, progress));
}
