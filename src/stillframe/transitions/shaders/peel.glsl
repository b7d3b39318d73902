// Strip by strip the old photo comes off: it slides away, narrows and fades.
vec4 transition(vec2 at)
{
    vec4 colour = to_at(at);
    if (progress >= 1.0)
        return colour;
    if (progress <= 0.0)
        return from_at(at);
    // The last strip fades before it is gone: no time is left over for nothing.
    float now = 0.93 * progress;
    float count = float(strips);
    float place = dot(at, abs(direction));
    float way = dot(direction, vec2(1.0));
    float tail = 1.0 - smoothstep(0.90, 1.0, progress);
    vec2 uv = at;
    float shade = 1.0;
    float seen = 0.0;
    for (int i = 0; i < 16; i++) {
        if (i >= strips)
            break;
        // The one in front, as they go, comes off first.
        float k = way > 0.0 ? count - 1.0 - float(i) : float(i);
        float start = 0.7 * float(i) / max(1.0, count - 1.0);
        float own = clamp((now - start) / 0.3, 0.0, 1.0);
        own = own * own * (3.0 - 2.0 * own);
        float middle = (k + 0.5) / count + way * 1.2 * own;
        float half_width = 0.5 / count * mix(1.0, 0.3, own);
        float off = (place - middle) / half_width;
        if (abs(off) <= 1.0) {
            float source = (k + 0.5) / count + off * 0.5 / count;
            uv = mix(at, vec2(source), abs(direction));
            shade = mix(1.0, 0.8 + 0.2 * (1.0 - abs(off)), min(1.0, own * 6.0));
            seen = (1.0 - own) * (1.0 - own) * tail;
        }
    }
    // Only the last of those that cover a place is looked up: each look is dear.
    vec4 old = from_at(clamp(uv, 0.0, 0.9999));
    return mix(colour, vec4(old.rgb * shade, old.a), seen);
}
