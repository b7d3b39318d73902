// Each cell has its own threshold, red and green of its texel, and its own luck, blue and alpha.
float grown(vec2 cell, float kind, vec2 at_cell)
{
    vec4 texel = table_texel(clamp(cell, vec2(0.0), table_size - 1.0));
    float threshold = unpack16(texel.rg);
    float luck = unpack16(texel.ba);
    float own = clamp((progress - threshold) / max(1e-4, 1.0 - threshold), 0.0, 1.0);
    vec2 jitter = (vec2(luck, fract(luck * 7.13)) - 0.5) * 0.3 * own;
    vec2 off = at_cell - cell - 0.5 - jitter;
    if (kind < 1.5) {
        float radius = own * 1.2;
        return 1.0 - smoothstep(radius - 0.15, radius, length(off));
    }
    if (kind < 3.5) {
        float radius = own * 1.5;
        return 1.0 - smoothstep(radius - 0.12, radius, abs(off.x) + abs(off.y));
    }
    float turn = luck * 2.0 * PI;
    vec2 turned = mat2(cos(turn), -sin(turn), sin(turn), cos(turn)) * off;
    turned.x *= 0.6 + 0.8 * fract(luck * 3.7);
    float noise = (hash21(floor(at_cell * 6.0)) - 0.5) * 0.12;
    float radius = own * 1.3;
    return 1.0 - smoothstep(radius - 0.1, radius, length(turned) + noise * own);
}

vec4 transition(vec2 at)
{
    vec2 at_cell = at * table_size;
    vec2 cell = floor(at_cell);
    vec4 texel = table_texel(cell);
    float threshold = unpack16(texel.rg);
    float luck = unpack16(texel.ba);
    float kind = float(shape);
    if (shape == 5)
        kind = floor(luck * 3.0) < 1.0 ? 1.0 : floor(luck * 3.0) < 2.0 ? 3.0 : 4.0;
    float here;
    if (kind < 0.5) {
        vec2 in_cell = at_cell - cell;
        float edge = min(min(in_cell.x, 1.0 - in_cell.x), min(in_cell.y, 1.0 - in_cell.y));
        here = smoothstep(threshold, threshold + 0.18, progress);
        here *= mix(mix(0.92, 1.0, smoothstep(0.0, 0.08, edge)), 1.0, here);
    } else if (kind > 1.5 && kind < 2.5) {
        float own = clamp((progress - threshold) / max(1e-4, 1.0 - threshold), 0.0, 1.0) * 1.15;
        vec2 in_cell = at_cell - cell;
        float along = luck < 0.5 ? in_cell.x : in_cell.y;
        along = fract(luck * 2.0) < 0.5 ? along : 1.0 - along;
        here = 1.0 - smoothstep(own - 0.12, own, along);
        here *= step(1e-5, own);
    } else {
        here = 0.0;
        for (int y = -1; y <= 1; y++)
            for (int x = -1; x <= 1; x++)
                here = max(here, grown(cell + vec2(float(x), float(y)), kind, at_cell));
        here *= step(1e-5, progress);
    }
    float tail = kind < 0.5 || kind == 2.0 || kind == 3.0 ? 0.96 : kind < 1.5 ? 0.92 : 0.88;
    return mix(from_at(at), to_at(at), progress >= 1.0 ? 1.0 : max(here, smoothstep(tail, 1.0, progress)));
}
