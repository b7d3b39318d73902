// One photo dissolves into the next.
vec4 transition(vec2 at)
{
    return mix(from_at(at), to_at(at), progress);
}
