// Nothing tells how far away the things in a photo are; what is low in it and bright is mostly near.
// Near things move further, and the far ones give way first.
float brightness(vec4 colour) { return dot(colour.rgb, vec3(0.2126, 0.7152, 0.0722)); }

float depth_of(float bright, vec2 at)
{
    return mix(smoothstep(0.1, 1.0, at.y), bright, relief);
}

// Seven samples on a spiral about a place: brightness must be that of a thing, not of a pixel.
vec2 spiral(int i)
{
    float angle = float(i) * 2.3999632;
    return vec2(cos(angle) / aspect, sin(angle)) * (0.008 + 0.007 * float(i));
}

float old_depth(vec2 at)
{
    float bright = 0.0;
    for (int i = 0; i < 7; i++)
        bright += brightness(from_at(clamp(at + spiral(i), 0.0, 0.9999)));
    return depth_of(bright / 7.0, at);
}

float new_depth(vec2 at)
{
    float bright = 0.0;
    for (int i = 0; i < 7; i++)
        bright += brightness(to_at(clamp(at + spiral(i), 0.0, 0.9999)));
    return depth_of(bright / 7.0, at);
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    // The further a photo has travelled, the closer it is seen: so no edge comes into view.
    float gone = progress * progress;
    float to_come = (1.0 - progress) * (1.0 - progress);
    vec2 old_at = 0.5 + (at - 0.5) * (1.0 - 2.0 * travel * gone);
    vec2 new_at = 0.5 + (at - 0.5) * (1.0 - 2.0 * travel * to_come);
    float far_old = old_depth(old_at);
    float far_new = new_depth(new_at);
    vec4 old = from_at(clamp(old_at - direction * travel * gone * (2.0 * far_old - 1.0), 0.0, 0.9999));
    vec4 fresh = to_at(clamp(new_at + direction * travel * to_come * (2.0 * far_new - 1.0), 0.0, 0.9999));
    float nearness = mix(far_old, far_new, progress);
    float start = 0.15 + layering * (nearness - 0.5) * 0.6;
    float share = smoothstep(start, start + 0.7, progress);
    // Places that begin before the beginning, or end behind the end, are brought back.
    share = mix(share, progress, 4.0 * (progress - 0.5) * (progress - 0.5));
    return mix(old, fresh, share);
}
