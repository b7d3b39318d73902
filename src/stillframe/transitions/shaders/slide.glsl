// Both photos share one sheet that moves by one screen; there is no gap between them.
vec4 transition(vec2 at)
{
    vec2 moved = at - direction * progress;
    bool left = any(lessThan(moved, vec2(0.0))) || any(greaterThanEqual(moved, vec2(1.0)));
    return left || progress >= 1.0 ? to_at(moved + direction) : from_at(moved);
}
