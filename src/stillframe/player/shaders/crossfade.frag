#version 440
// One photo dissolves into the next, over the mat.
// from_rect and to_rect place each photo on the surface as x, y, width, height in 0..1; a width of
// 0 means that there is no photo. At progress 0 and 1 the photo alone is seen, to the bit.

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;

layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float progress;
    vec4 from_rect;
    vec4 to_rect;
    vec4 mat_colour;
};
layout(binding = 1) uniform sampler2D from_photo;
layout(binding = 2) uniform sampler2D to_photo;

vec4 over_mat(sampler2D photo, vec4 rect, vec2 at)
{
    vec2 uv = (at - rect.xy) / max(rect.zw, vec2(1e-6));
    bool inside = rect.z > 0.0 && all(greaterThanEqual(uv, vec2(0.0))) && all(lessThan(uv, vec2(1.0)));
    vec4 colour = texture(photo, uv);
    return inside ? colour + mat_colour * (1.0 - colour.a) : mat_colour;
}

void main()
{
    vec4 from = over_mat(from_photo, from_rect, qt_TexCoord0);
    vec4 to = over_mat(to_photo, to_rect, qt_TexCoord0);
    fragColor = mix(from, to, progress) * qt_Opacity;
}
