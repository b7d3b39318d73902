// What stands before every transition's own code: the block that all shaders share, and the words
// in which a transition is written.
//
// The baker puts "#version 440" before this, and after it one #define for each parameter. A
// transition then gives
//     vec4 transition(vec2 at)
// for a place on the surface, 0..1 from its top left. It equals from_at(at) at progress 0 and
// to_at(at) at progress 1, to the bit.

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;

layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float progress;           // eased, 0..1
    float seed;               // 0..1000
    float direction_place;    // of the direction among the declared ones
    vec4 from_rect;           // where each photo begins on the surface: x, y, width, height in
    vec4 to_rect;             // 0..1; a width of 0 means that there is no photo
    vec4 mat_colour;
    vec4 geometry;            // the surface's and the table's width and height, in pixels
    vec4 heading;             // x, y: the direction, length 1, y downwards; 0 where there is none
    vec4 p0;
    vec4 p1;
    vec4 p2;
    vec4 p3;
    vec4 from_goal;           // where each photo, moving slowly, ends
    vec4 to_goal;
    float first_travel;       // how far each of the two images has come, 0..1; they change roles,
    float second_travel;      // and their motion goes on
    float first_is_front;     // 1 where the first image is the old photo, else 0
};
layout(binding = 1) uniform sampler2D from_photo;
layout(binding = 2) uniform sampler2D to_photo;
layout(binding = 3) uniform sampler2D table;

const float PI = 3.14159265358979;

#define size_px (geometry.xy)
#define aspect (geometry.x / geometry.y)
#define direction (heading.xy)
#define direction_index int(direction_place + 0.5)
#define table_size (geometry.zw)
#define from_travel mix(second_travel, first_travel, first_is_front)
#define to_travel mix(first_travel, second_travel, first_is_front)

vec4 over_mat(sampler2D photo, vec4 rect, vec2 at)
{
    vec2 uv = (at - rect.xy) / max(rect.zw, vec2(1e-6));
    bool inside = rect.z > 0.0 && all(greaterThanEqual(uv, vec2(0.0))) && all(lessThan(uv, vec2(1.0)));
    vec4 colour = texture(photo, uv);
    return inside ? colour + mat_colour * (1.0 - colour.a) : mat_colour;
}

// The old photo and the new one over the mat; outside the surface there is mat.
vec4 from_at(vec2 at) { return over_mat(from_photo, mix(from_rect, from_goal, from_travel), at); }
vec4 to_at(vec2 at) { return over_mat(to_photo, mix(to_rect, to_goal, to_travel), at); }

// The baked table between its texels (as its filter says), and at the middle of one of them.
vec4 table_at(vec2 uv) { return texture(table, uv); }
vec4 table_texel(vec2 column_row) { return texture(table, (floor(column_row) + 0.5) / table_size); }

// A number of 0..1 in two channels, the high byte first; only from a table that is read `nearest`.
float unpack16(vec2 channels) { return dot(floor(channels * 255.0 + 0.5), vec2(256.0, 1.0)) / 65535.0; }

// A pseudo-random number of 0..1 for a place; the same on every machine to within rounding.
float hash21(vec2 p)
{
    vec3 q = fract(vec3(p.xyx) * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}
