#version 440
// Sound over the photo: five pictures of the same bars, ghosts and wave.
//
// `heard` holds raw 32-bit floats, one a texel, little-endian in red, green, blue, alpha: the bars
// in the first row, the ghosts in the second, the wave in the third. It is read without filtering.
// All lengths are in device pixels, so that edges are a pixel soft at any size.

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;

layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float picture;      // 1 spectrum, 2 mirror, 3 radial, 4 wave, 5 pulse
    float channels;
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
const vec2 TEXELS = vec2(256.0, 4.0);

float number(float column, float row)
{
    vec4 b = floor(texture(heard, (vec2(column, row) + 0.5) / TEXELS) * 255.0 + 0.5);
    float exponent = mod(b.a, 128.0) * 2.0 + floor(b.b / 128.0);
    float mantissa = 1.0 + (mod(b.b, 128.0) * 65536.0 + b.g * 256.0 + b.r) / 8388608.0;
    float magnitude = exponent < 64.0 ? 0.0 : mantissa * exp2(exponent - 127.0);
    return b.a >= 128.0 ? -magnitude : magnitude;
}

float bar_of(float channel, float bar)
{
    return number(min(channel, channels - 1.0) * bar_count + bar, 0.0) * sink;
}

float ghost_of(float channel, float bar)
{
    return number(min(channel, channels - 1.0) * bar_count + bar, 1.0) * sink;
}

// How much of a pixel lies inside a shape, from its distance to the edge.
float inside(float distance_px) { return clamp(0.5 - distance_px, 0.0, 1.0); }

// The distance to a box with round ends, from its middle.
float round_box(vec2 at, vec2 half_size, float radius)
{
    vec2 q = abs(at) - half_size + radius;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
}

vec4 over(vec4 front, vec4 back) { return front + back * (1.0 - front.a); }
vec4 paint(vec4 colour, float amount) { return vec4(colour.rgb, 1.0) * (colour.a * amount); }
vec4 tint(float place) { return mix(low_colour, high_colour, smoothstep(0.0, 1.0, place)); }

// One bar in a cell `cell_px` wide that stands on y = 0 and may be `room_px` tall, and its ghost.
vec4 bar_at(vec2 at, float cell_px, float room_px, float bar, float ghost, float place)
{
    float width = max(1.0, cell_px * 0.66);
    float radius = min(width * 0.5, 6.0 + cell_px * 0.1);
    // The idle floor: a row of dots where there is no sound in a bar.
    float tall = max(width * 0.5, bar * room_px);
    float body = round_box(at - vec2(0.0, tall * 0.5), vec2(width, tall) * 0.5, min(radius, tall * 0.5));
    vec4 colour = tint(place);
    float shade = mix(0.72, 1.0, clamp(at.y / max(1.0, room_px), 0.0, 1.0));
    // A soft dark edge keeps the bars readable over a bright photo, a soft light one over a dark.
    float halo = exp(-max(body, 0.0) / (0.22 * cell_px + 1.5)) * 0.3;
    vec4 result = paint(vec4(vec3(0.0), 1.0), halo * 1.1);
    result = over(vec4(colour.rgb * halo * bar, 0.0), result);
    float line_px = max(1.5, width * 0.16);
    float above = round_box(at - vec2(0.0, ghost * room_px + line_px), vec2(width, line_px) * 0.5, line_px * 0.5);
    float seen = smoothstep(0.004, 0.03, ghost - bar);
    result = over(paint(line_colour, inside(above) * 0.75 * seen), result);
    return over(paint(vec4(colour.rgb * shade, colour.a), inside(body)), result);
}

vec4 spectrum(vec2 at)
{
    float cell = size_px.x / bar_count;
    float bar = clamp(floor(at.x / cell), 0.0, bar_count - 1.0);
    float tall = max(bar_of(0.0, bar), bar_of(1.0, bar));
    float ghost = max(ghost_of(0.0, bar), ghost_of(1.0, bar));
    vec2 in_cell = vec2(at.x - (bar + 0.5) * cell, size_px.y - at.y - cell * 0.25);
    return bar_at(in_cell, cell, size_px.y - cell, tall, ghost, bar / bar_count);
}

// Left and right from the middle, up and down from a line: deep tones meet in the centre.
vec4 mirror(vec2 at)
{
    float cell = size_px.x * 0.5 / bar_count;
    float away = abs(at.x - size_px.x * 0.5);
    float channel = step(size_px.x * 0.5, at.x);
    float bar = clamp(floor(away / cell), 0.0, bar_count - 1.0);
    float room = size_px.y * 0.5 - cell;
    vec2 in_cell = vec2(away - (bar + 0.5) * cell, abs(at.y - size_px.y * 0.5));
    return bar_at(in_cell, cell, room, bar_of(channel, bar), ghost_of(channel, bar), bar / bar_count);
}

vec4 radial(vec2 at)
{
    float reach = min(size_px.x, size_px.y) * 0.5;
    vec2 from_middle = at - size_px * 0.5;
    float radius = reach * (0.44 + 0.03 * beat + 0.03 * level);
    // Deep tones below, left and right on their sides, high tones meet above.
    float angle = abs(atan(from_middle.x, from_middle.y));
    float channel = step(0.0, from_middle.x);
    float step_angle = PI / bar_count;
    float bar = clamp(floor(angle / step_angle), 0.0, bar_count - 1.0);
    float off = angle - (bar + 0.5) * step_angle;
    float far = length(from_middle);
    float cell = step_angle * radius;
    vec2 in_cell = vec2(off * far, far * cos(off) - radius);
    vec4 result = bar_at(in_cell, cell, reach - radius - cell, bar_of(channel, bar), ghost_of(channel, bar), bar / bar_count);
    float ring = abs(far - radius + cell * 0.6) - 1.0;
    return over(result, paint(line_colour, inside(ring) * (0.35 + 0.5 * beat)));
}

float wave_at(float place)
{
    float column = clamp(place, 0.0, 1.0) * 127.0;
    float low = floor(column);
    return mix(number(low, 2.0), number(min(127.0, low + 1.0), 2.0), column - low);
}

vec4 wave(vec2 at)
{
    float place = at.x / size_px.x;
    float room = size_px.y * 0.42;
    // Calm at both ends, so that the line comes from nowhere and goes there.
    float ends = smoothstep(0.0, 0.12, place) * smoothstep(1.0, 0.88, place);
    float gain = room * ends * sink * 1.6;
    float here = wave_at(place) * gain;
    float next = wave_at(place + 1.5 / size_px.x) * gain;
    // Across a steep line, the distance is measured square to it.
    float slope = (next - here) / 1.5;
    float away = abs(size_px.y * 0.5 - at.y - here) / sqrt(1.0 + slope * slope);
    float thick = max(1.2, size_px.y * 0.006) * (1.0 + beat * 0.8);
    vec4 colour = tint(place);
    float glow = exp(-away / (size_px.y * 0.03 + 2.0)) * (0.25 + 0.5 * level);
    vec4 result = paint(vec4(vec3(0.0), 1.0), exp(-away / (size_px.y * 0.02 + 3.0)) * 0.4);
    result = over(vec4(colour.rgb * glow * colour.a, 0.0), result);
    return over(paint(colour, inside(away - thick)), result);
}

// Light from the edges: as much as is heard on each side, and a breath with the beat.
vec4 pulse(vec2 at)
{
    vec2 place = at / size_px;
    float along = 1.0 - abs(place.y * 2.0 - 1.0);
    float bar = floor((1.0 - place.y) * (bar_count - 1.0));
    float next = min(bar_count - 1.0, bar + 1.0);
    float part = fract((1.0 - place.y) * (bar_count - 1.0));
    float left = mix(bar_of(0.0, bar), bar_of(0.0, next), part);
    float right = mix(bar_of(1.0, bar), bar_of(1.0, next), part);
    float reach = 0.16 + 0.12 * level + 0.08 * beat;
    float from_left = exp(-place.x / (reach * (0.35 + left)));
    float from_right = exp(-(1.0 - place.x) / (reach * (0.35 + right)));
    float light = from_left * (0.15 + left) + from_right * (0.15 + right);
    float rim = exp(-min(place.y, 1.0 - place.y) / (0.05 + 0.1 * beat)) * (0.12 + 0.4 * beat) * level;
    vec4 colour = tint(1.0 - place.y);
    float amount = clamp((light * (0.6 + 0.4 * along) + rim), 0.0, 1.0) * colour.a;
    return vec4(colour.rgb * amount, amount * 0.55);
}

void main()
{
    vec2 at = qt_TexCoord0 * size_px;
    vec4 drawn;
    if (picture < 1.5)
        drawn = spectrum(at);
    else if (picture < 2.5)
        drawn = mirror(at);
    else if (picture < 3.5)
        drawn = radial(at);
    else if (picture < 4.5)
        drawn = wave(at);
    else
        drawn = pulse(at);
    fragColor = drawn * (strength * qt_Opacity);
}
