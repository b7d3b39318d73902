// The edge is a pixel and a half soft: hard to the eye, and no steps on a diagonal.
vec4 transition(vec2 at)
{
    vec2 along = mix(1.0 - at, at, step(0.0, direction));
    vec2 counts = step(0.01, abs(direction));
    float place = dot(along, counts) / (counts.x + counts.y);
    float soft = 1.5 * dot(counts, 1.0 / size_px) / (counts.x + counts.y);
    float edge = progress * (1.0 + soft);
    return mix(to_at(at), from_at(at), smoothstep(edge - soft, edge, place + 1e-6) * step(progress, 0.99999));
}
