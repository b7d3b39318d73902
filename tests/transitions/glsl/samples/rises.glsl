// From the bottom up: the origin of the format is at the lower left.
vec4 transition(vec2 uv) {
  return uv.y < progress ? getToColor(uv) : getFromColor(uv);
}
