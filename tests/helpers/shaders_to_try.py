"""Shaders that a trial must judge: one that costs little, and what no screen should be given."""

FINE = "vec4 transition(vec2 uv) { return mix(getFromColor(uv), getToColor(uv), progress); }\n"
# The machine that draws may end a loop on its own after some ten thousand steps: so two of them.
ENDLESS = """// A comment: for (;;)
vec4 transition(vec2 uv) {
  float x = uv.x;
  for (int i = 0; i < 3; i++)
    x += 0.1;
  for (int i = 0; i < 2000000000; i++)
    for (int j = 0; j < 1000000000; j++)
      x = fract(sin(x * 12.9898 + progress) * 43758.5453);
  return mix(getFromColor(uv), getToColor(uv), progress + 0.0001 * x);
}
"""
ENDLESS_LINE = 6


def slow(steps: int) -> str:
    """Return one that ends, after so many steps for each pixel; its loop is on line 3."""
    return f"""vec4 transition(vec2 uv) {{
  float x = uv.x;
  for (int i = 0; i < {steps}; i++)
    x = fract(sin(x * 12.9898 + progress) * 43758.5453);
  return mix(getFromColor(uv), getToColor(uv), progress + 0.0001 * x);
}}
"""
