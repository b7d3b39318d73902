// Nothing tells how far away the things in a photo are; what is low in it and bright is mostly near.
// The camera glides past: near things pass it quickly, far ones hardly move. What is far away in the
// old photo gives way first, so that its near things stand before the new photo, until they have
// passed too; they throw a shadow on what comes into view behind them.
float brightness(vec4 colour) { return dot(colour.rgb, vec3(0.2126, 0.7152, 0.0722)); }

float depth_of(float bright, vec2 at)
{
    return mix(smoothstep(0.1, 1.0, at.y), smoothstep(0.1, 0.8, bright), relief);
}

// Nine samples on a spiral about a place: brightness must be that of a thing, not of a pixel.
vec2 spiral(int i)
{
    float angle = float(i) * 2.3999632;
    return vec2(cos(angle) / aspect, sin(angle)) * (0.006 + 0.006 * float(i));
}

float old_depth(vec2 at)
{
    float bright = 0.0;
    for (int i = 0; i < 9; i++)
        bright += brightness(from_at(clamp(at + spiral(i), 0.0, 0.9999)));
    return depth_of(bright / 9.0, at);
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    // The further a photo has travelled, the closer it is seen: so no edge comes into view.
    float gone = progress * sqrt(progress);
    float to_come = (1.0 - progress) * sqrt(1.0 - progress);
    vec2 old_at = 0.5 + (at - 0.5) * (1.0 - 2.0 * travel * gone);
    vec2 new_at = 0.5 + (at - 0.5) * (1.0 - 2.0 * travel * to_come);
    float near = old_depth(old_at);
    vec4 old = from_at(clamp(old_at - direction * travel * gone * (2.0 * near - 1.0), 0.0, 0.9999));
    float new_near = smoothstep(0.1, 1.0, new_at.y);
    vec4 fresh = to_at(clamp(new_at + direction * travel * to_come * (2.0 * new_near - 1.0), 0.0, 0.9999));
    float window = 1.0 - layering;
    float begun = (progress - layering * near) / window;
    float share = smoothstep(0.0, 1.0, begun);
    // What comes into view lies in the shadow of what has not gone yet.
    float shade = 0.55 * layering * smoothstep(0.2, 0.6, begun) * smoothstep(2.4, 0.9, begun) * (1.0 - progress);
    return mix(old, vec4(fresh.rgb * (1.0 - shade), fresh.a), share);
}
