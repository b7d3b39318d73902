// Each part comes when the threshold passes its own brightness, in the new photo.
vec4 transition(vec2 at)
{
    vec4 fresh = to_at(at);
    float bright = dot(fresh.rgb, vec3(0.2126, 0.7152, 0.0722));
    // Its surroundings count too: single pixels would glitter.
    vec2 step_uv = 6.0 / size_px;
    for (int i = 0; i < 4; i++) {
        vec2 corner = vec2(i < 2 ? -1.0 : 1.0, mod(float(i), 2.0) * 2.0 - 1.0);
        bright += dot(to_at(clamp(at + corner * step_uv, 0.0, 0.9999)).rgb, vec3(0.2126, 0.7152, 0.0722));
    }
    bright /= 5.0;
    float place = direction_index == 0 ? bright : 1.0 - bright;
    float edge = progress * (1.0 + softness);
    float open = 1.0 - smoothstep(edge - softness, edge, place + 1e-6);
    open = progress <= 0.0 ? 0.0 : progress >= 1.0 ? 1.0 : open;
    return mix(from_at(at), fresh, open);
}
