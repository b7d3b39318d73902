// Every type of uniform, and every way in which a default is written.
// Of our own making, for tests; the format is that of GL Transitions.
uniform float speed; // = 2.0
uniform float depth; // = 3
uniform float whole;
uniform int steps; // = 4; a few are enough
uniform bool flipped; // = true
uniform bool odd; // = 1
uniform vec2 centre; // = vec2(0.5)
uniform vec3 tint /* = vec3(1.0, 0.5, 0.25) */;
uniform vec4 veil; // = vec4(0., 0., 0., .6)
uniform ivec2 cells; // = ivec2(4, 2)
uniform lowp float soft; // = 1.0 / 4.0
uniform vec2 bare; // = 0.25, 0.75

vec4 transition(vec2 uv) {
  vec2 cell = floor(uv * vec2(cells)) / vec2(cells);
  float wait = 0.0;
  for (int i = 0; i < steps; i++) wait += cell.x * speed / depth / float(steps);
  float on = smoothstep(0.0, soft, progress * (1.0 + soft + wait) - wait);
  if (flipped && odd) on = clamp(on, whole, 1.0);
  vec4 dim = mix(getFromColor(uv), vec4(tint, 1.0), veil.a * bare.x * on * (1.0 - on));
  return mix(dim, getToColor(uv), on * step(0.0, centre.x));
}
