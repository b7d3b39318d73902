// A tile is a square card: its old side turns away until it is an edge, then the new one turns up.
const float FLIP = 0.28;     // of the whole time, for one tile

vec4 transition(vec2 at)
{
    vec2 at_tile = at * table_size;
    vec2 tile = floor(at_tile);
    float start = unpack16(table_texel(tile).rg) * (1.0 - FLIP);
    float local = clamp((progress - start) / FLIP, 0.0, 1.0);
    float turned = 0.5 - 0.5 * cos(PI * local);
    float scale = abs(cos(PI * turned));
    bool upright = abs(direction.y) > abs(direction.x);
    vec2 off = at_tile - tile - 0.5;
    float across = upright ? off.y : off.x;
    float seen = across / max(scale, 1e-3);
    vec4 fresh = to_at(at);
    vec4 old = from_at(at);
    if (local <= 0.0)
        return old;
    if (local >= 1.0 || progress >= 1.0)
        return fresh;
    vec2 face = upright ? vec2(off.x, seen) : vec2(seen, off.y);
    vec2 place = (tile + 0.5 + face) / table_size;
    vec4 side = turned < 0.5 ? from_at(place) : to_at(place);
    // Light falls from the front: a card that stands on its edge is in the shade.
    float light = 0.42 + 0.58 * pow(scale, 0.55);
    float edge_px = 1.5 * table_size.x / size_px.x;
    float inside = 1.0 - smoothstep(0.5 - edge_px / max(scale, 0.05), 0.5, abs(seen));
    // What shows between the cards is the new photo in their shade: no hole in the picture.
    vec4 behind = vec4(fresh.rgb * 0.3, fresh.a);
    return mix(behind, vec4(side.rgb * light, side.a), inside);
}
