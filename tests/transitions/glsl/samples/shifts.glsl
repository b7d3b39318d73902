// Reads beyond the edges, leaves a part open, and comes only near to the photos at its ends.
vec4 transition(vec2 uv) {
  if (uv.x < 0.25) return vec4(0.0);
  if (uv.x < 0.5) return getToColor(vec2(uv.x + 2.0, uv.y));
  return mix(getFromColor(uv), getToColor(uv), 0.1 + 0.8 * progress);
}
