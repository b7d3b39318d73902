// The table: rows 0 and 1 a column for each piece, then who falls through each lane in each slice of
// time; bakes/crumble.py has the same numbers. It says itself how many pieces there are, so that any
// table is whole on any surface: pieces are square, and the surface shows the middle of them.
const float LANES = 16.0;
const float SLICES = 96.0;
const float ABOUT = 255.0;   // the column that says how many pieces there are, and when all are gone
const float FIRST = 0.05;    // when the first piece begins to fall, and when the last is gone
const float LAST = 0.94;

// How much of the pieces' rectangle the surface shows, across and down.
vec2 shown_part(vec2 cells)
{
    float wide = aspect * cells.y / cells.x;
    return min(vec2(wide, 1.0 / wide), 1.0);
}

vec4 first_of(float piece) { return floor(table_texel(vec2(piece, 0.0)) * 255.0 + 0.5); }
vec4 second_of(float piece) { return floor(table_texel(vec2(piece, 1.0)) * 255.0 + 0.5); }

vec2 middle_of(float piece, vec2 cells)
{
    return vec2(mod(piece, cells.x), floor(piece / cells.x)) + first_of(piece).rg / 256.0;
}

// The piece that a place is in, its neighbour there, and how far the edge between them is, in cells.
vec3 piece_at(vec2 place, vec2 cells)
{
    vec2 home = floor(place);
    vec3 nearest = vec3(0.0, 0.0, 99.0);
    vec3 second = vec3(0.0, 0.0, 99.0);
    float found = 0.0;
    float beside = 0.0;
    for (int y = -1; y <= 1; y++) {
        for (int x = -1; x <= 1; x++) {
            vec2 cell = home + vec2(float(x), float(y));
            if (any(lessThan(cell, vec2(0.0))) || any(greaterThanEqual(cell, cells)))
                continue;
            float piece = cell.y * cells.x + cell.x;
            vec2 off = cell + first_of(piece).rg / 256.0 - place;
            vec3 one = vec3(off, length(off));
            if (one.z < nearest.z) {
                second = nearest;
                beside = found;
                nearest = one;
                found = piece;
            } else if (one.z < second.z) {
                second = one;
                beside = piece;
            }
        }
    }
    float apart = max(distance(nearest.xy, second.xy), 1e-4);
    return vec3(found, beside, (second.z * second.z - nearest.z * nearest.z) / (2.0 * apart));
}

// How far a piece has fallen: 0 until its time, 1 at the end.
float fallen(float piece, float phase)
{
    float delay = dot(second_of(piece).rg, vec2(256.0, 1.0)) / 65536.0;
    return clamp((phase - delay) / (1.0 - delay), 0.0, 1.0);
}

float cracked(vec2 at, float piece, float edge, float pixel)
{
    vec2 to_side = min(at, 1.0 - at) * 2.0;
    float luck = first_of(piece).b / 255.0;
    float grown = clamp((progress / 0.25 - min(to_side.x, to_side.y) * 0.75 - luck * 0.1) / 0.22, 0.0, 1.0);
    float wide = 0.5 * (0.025 + 0.012 * crack_complexity) * grown;
    float soft = max(0.02 * grown + 0.006 * crack_complexity, pixel);
    return grown * (1.0 - smoothstep(wide, wide + soft, edge));
}

// A piece of the old photo: lit along its upper left edge, cracked along all of them.
vec4 piece_colour(vec2 at, vec2 outward, vec3 piece, float own, float pixel)
{
    vec4 colour = from_at(at);
    float falling = smoothstep(0.0, 0.25, own);
    float rim = (1.0 - smoothstep(0.0, 0.09, piece.z)) * smoothstep(0.0, 0.06, own);
    colour.rgb *= 1.0 - 0.12 * falling + 0.22 * rim * dot(normalize(outward + 1e-5), vec2(-0.6, -0.8));
    float crack = cracked(at, piece.x, piece.z, pixel) * (1.0 - 0.7 * falling);
    return vec4(colour.rgb * (1.0 - crack), colour.a);
}

// What lies behind all that falls: a piece that is still in its place, or the new photo.
vec4 ground(vec2 at, vec2 place, vec2 cells, float phase, float pixel)
{
    vec3 piece = piece_at(place, cells);
    bool lies = fallen(piece.x, phase) <= 0.0;
    float hole = lies ? smoothstep(0.0, 0.02, fallen(piece.y, phase)) : 1.0;
    float there = lies ? mix(1.0, smoothstep(0.0, pixel, piece.z), hole) : 0.0;
    float shade = 0.15 * smoothstep(0.15, 0.5, progress) * (1.0 - smoothstep(0.85, 0.995, progress));
    vec4 colour = to_at(at);
    colour.rgb *= 1.0 - shade;
    vec4 old = there > 0.0 ? piece_colour(at, place - middle_of(piece.x, cells), piece, 0.0, pixel) : colour;
    return mix(colour, old, there);
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 cells = first_of(ABOUT).rg;
    vec2 part = shown_part(cells);
    vec2 place = (0.5 + (at - 0.5) * part) * cells;
    float pixel = 1.5 * cells.x * part.x / size_px.x;
    float last = dot(second_of(ABOUT).rg, vec2(256.0, 1.0)) / 65536.0;
    float passed = clamp((progress - FIRST) / (LAST - FIRST), 0.0, 1.0);
    float phase = passed * last;
    vec4 colour = vec4(0.0);
    float open = 1.0;
    if (passed > 0.0 && passed < 1.0) {
        float slice = min(floor(passed * SLICES), SLICES - 1.0);
        vec2 lane = min(floor(place / cells * LANES), LANES - 1.0);
        for (int number = 0; number < 16 && open > 0.004; number++) {
            float row = 2.0 + slice * 4.0 + floor(float(number) / 4.0);
            vec4 four = floor(table_texel(vec2(lane.y * LANES + lane.x, row)) * 255.0 + 0.5);
            float slot = mod(float(number), 4.0);
            float piece = slot < 0.5 ? four.r : slot < 1.5 ? four.g : slot < 2.5 ? four.b : four.a;
            if (piece > 254.5)
                break;
            float own = fallen(piece, phase);
            vec4 first = first_of(piece);
            vec4 second = second_of(piece);
            float drop = own * own * own * 7.5 * (0.9 + 0.3 * second.b / 255.0);
            float aside = own * (first.a - 128.0) / 256.0 * 0.3;
            vec2 middle = middle_of(piece, cells);
            vec2 off = place - middle - vec2(aside, drop) * cells;
            if (own <= 0.0 || length(off) > second.a / 64.0 + 0.3)
                continue;
            float turn = -own * (first.b - 128.0) / 256.0 * 3.75;
            vec2 before = mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * off + middle;
            vec3 owner = piece_at(before, cells);
            vec2 old_at = 0.5 + (before / cells - 0.5) / part;
            vec2 margin = min(old_at, 1.0 - old_at) * cells * part;
            float edge = min(owner.z, min(margin.x, margin.y));
            if (abs(owner.x - piece) > 0.5 || edge <= 0.0)
                continue;
            // Those that have hardly moved still fill their places.
            float there = mix(1.0, smoothstep(0.0, pixel, edge), smoothstep(0.0, 0.02, own));
            colour += open * there * piece_colour(old_at, before - middle, owner, own, pixel);
            open *= 1.0 - there;
        }
    }
    return open > 0.004 ? colour + open * ground(at, place, cells, phase, pixel) : colour / (1.0 - open);
}
