// Each place has a time at which the ink arrives, from the table; a finer noise frays the edge.
vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec3 parts = table_at(at).rgb;
    float arrival = (parts.r + parts.g + parts.b) / 3.0;
    // Mirrored, so that the finer noise has no seam; turned, so that it does not repeat the field.
    vec2 fine_at = at.yx * vec2(1.0, aspect * table_size.x / table_size.y) * 1.3 + 0.13;
    float fine = table_at(abs(mod(fine_at, 2.0) - 1.0)).a;
    float fray = 0.10 * raggedness;
    arrival += fray * (fine - 0.5);
    float wet = 0.08 + softness;
    // From before the first place to behind the last.
    float front = mix(-0.5 * fray - wet, 1.0 + 0.5 * fray + softness, progress);
    float open = smoothstep(0.0, softness, front - arrival);
    vec4 old = from_at(at);
    // Paper darkens ahead of the ink, and the pigment gathers at its edge.
    float ahead = smoothstep(wet, 0.0, arrival - front) * (1.0 - open);
    float gathered = smoothstep(0.0, 0.4, open) * (1.0 - smoothstep(0.4, 1.0, open));
    vec4 colour = mix(old, to_at(at), open);
    vec3 pigment = vec3(1.0, 0.86, 0.72);
    colour.rgb *= 1.0 - rim * pigment * (0.45 * ahead * ahead + 0.75 * gathered);
    return colour;
}
