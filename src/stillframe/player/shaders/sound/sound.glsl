// What the pictures of the sound share: what is heard, and how shapes become light.
//
// `heard` holds 16-bit numbers, two a texel, and is read without filtering. Row 0: the bar of the
// left and of the right; row 1: their ghosts; row 2: a point of the wave and the next one.
// All lengths are in device pixels, so that edges are a pixel soft at any size. Colours are mixed
// as light, not as the numbers of a screen; a screen's gamma is taken for 2.
//
// There is a shader for each style, because software GL runs every branch of one for every pixel.

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;

layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float bar_count;    // of a channel
    float strength;     // fades the whole in and out
    float sink;         // lowers all bars where nothing new is heard
    float level;
    float beat;         // 1 on the beat, then less
    vec2 size_px;
    vec4 low_colour;    // of the deepest bar, of the highest, and of ghosts and lines
    vec4 high_colour;
    vec4 line_colour;
};
layout(binding = 1) uniform sampler2D heard;

const float PI = 3.14159265358979;
const vec2 TEXELS = vec2(128.0, 4.0);

vec2 numbers(float column, float row)
{
    vec4 bytes = texture(heard, (vec2(column, row) + 0.5) / TEXELS);
    return (bytes.xz + bytes.yw * 256.0) / 257.0;
}

vec2 bars_at(float bar) { return numbers(bar, 0.0) * sink; }
vec2 ghosts_at(float bar) { return numbers(bar, 1.0) * sink; }
float louder(vec2 both) { return max(both.x, both.y); }
float of_side(vec2 both, float right) { return mix(both.x, both.y, right); }

// The distance to a box with round ends, from its middle.
float round_box(vec2 at, vec2 half_size, float radius)
{
    vec2 q = abs(at) - half_size + radius;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
}

// How much of a pixel lies inside a shape, from its distance to the edge. A screen mixes numbers,
// not light, so that the edge of a light shape over the shadow around it would come out too thin:
// of a half, it shows a quarter. To the power of 0.65 is right for 0.85 over 0.3, within 0.03.
float inside(float distance_px) { return pow(clamp(0.5 - distance_px, 0.0, 1.0), 0.65); }

// Light that falls off around a shape, to nothing at `reach_px`.
float around(float distance_px, float reach_px)
{
    float away = clamp(1.0 - distance_px / reach_px, 0.0, 1.0);
    return away * away;
}

vec4 over(vec4 front, vec4 back) { return front + back * (1.0 - front.a); }
vec4 shadow(float amount) { return vec4(0.0, 0.0, 0.0, amount); }
vec4 glow(vec3 colour, float amount) { return vec4(colour * amount, amount * 0.25); }
vec4 paint(vec3 colour, float amount) { return vec4(colour * amount, amount); }

vec3 mixed(vec3 one, vec3 other, float share) { return sqrt(mix(one * one, other * other, share)); }
vec3 tint(float place) { return mixed(low_colour.rgb, high_colour.rgb, place); }

void show(vec4 drawn) { fragColor = drawn * (strength * qt_Opacity); }
