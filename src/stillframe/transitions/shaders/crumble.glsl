// The table: rows 0 and 1 a column for each piece, then who falls through each lane in each slice of
// time; bakes/crumble.py has the same numbers.
const float LANES = 16.0;
const float SLICES = 96.0;
const float LAST = 0.70;
const float COLUMNS = 256.0;

vec2 grid()
{
    float longer = max(size_px.x, size_px.y);
    float shorter = min(size_px.x, size_px.y);
    float few = max(2.0, floor((2.0 * float(piece_count) * shorter + longer) / (2.0 * longer)));
    few = min(few, floor(255.0 / float(piece_count)));
    return size_px.x >= size_px.y ? vec2(float(piece_count), few) : vec2(few, float(piece_count));
}

vec4 first_of(float piece) { return floor(table_texel(vec2(piece, 0.0)) * 255.0 + 0.5); }
vec4 second_of(float piece) { return floor(table_texel(vec2(piece, 1.0)) * 255.0 + 0.5); }

vec2 middle_of(float piece, vec2 cells)
{
    return vec2(mod(piece, cells.x), floor(piece / cells.x)) + first_of(piece).rg / 256.0;
}

// The piece that a place of the whole photo is in, and how far its edge is, in cells.
vec2 piece_at(vec2 place, vec2 cells)
{
    vec2 home = floor(place);
    float nearest = 99.0;
    float second = 99.0;
    float found = 0.0;
    for (int y = -1; y <= 1; y++) {
        for (int x = -1; x <= 1; x++) {
            vec2 cell = home + vec2(float(x), float(y));
            bool inside = all(greaterThanEqual(cell, vec2(0.0))) && all(lessThan(cell, cells));
            float piece = cell.y * cells.x + cell.x;
            float away = inside ? distance(place, middle_of(piece, cells)) : 99.0;
            second = min(second, max(nearest, away));
            found = away < nearest ? piece : found;
            nearest = min(nearest, away);
        }
    }
    return vec2(found, 0.5 * (second - nearest));
}

// How far a piece has fallen: 0 until its time, 1 at the end.
float fallen(float piece, float phase)
{
    float delay = dot(second_of(piece).rg, vec2(256.0, 1.0)) / 65536.0;
    return clamp((phase - delay) / (1.0 - delay), 0.0, 1.0);
}

float cracked(vec2 at, float piece, float edge)
{
    vec2 to_side = min(at, 1.0 - at) * 2.0;
    float luck = first_of(piece).b / 255.0;
    float grown = clamp((progress / 0.25 - min(to_side.x, to_side.y) * 0.75 - luck * 0.1) / 0.22, 0.0, 1.0);
    float wide = 0.5 * (0.025 + 0.012 * crack_complexity) * grown;
    float soft = 0.02 * grown + 0.5 * crack_complexity * 0.012;
    return grown * (1.0 - smoothstep(wide, wide + soft, edge));
}

// A piece of the old photo: lit along its upper left edge, cracked along all of them.
vec4 piece_colour(vec2 place, vec2 cells, vec2 piece, float own)
{
    vec2 at = place / cells;
    vec4 colour = from_at(at);
    float falling = smoothstep(0.0, 0.25, own);
    float rim = (1.0 - smoothstep(0.0, 0.09, piece.y)) * smoothstep(0.0, 0.06, own);
    vec2 outward = normalize(place - middle_of(piece.x, cells) + vec2(1e-5));
    colour.rgb *= 1.0 - 0.12 * falling + 0.22 * rim * dot(outward, vec2(-0.6, -0.8));
    float crack = cracked(at, piece.x, piece.y) * (1.0 - 0.7 * falling);
    return vec4(colour.rgb * (1.0 - crack), colour.a);
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 cells = grid();
    vec2 place = at * cells;
    float phase = (progress - 0.05) / 0.9;
    vec2 side = size_px / cells / (size_px.x / cells.x);
    if (phase > 0.0 && phase < LAST) {
        float slice = min(floor(phase / LAST * SLICES), SLICES - 1.0);
        vec2 lane = min(floor(at * LANES), LANES - 1.0);
        for (int number = 0; number < 16; number++) {
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
            vec2 off = (place - middle - vec2(aside, drop) * cells) * side;
            if (own <= 0.0 || length(off / side) > second.a / 64.0 + 0.3)
                continue;
            float turn = -own * (first.b - 128.0) / 256.0 * 3.75;
            vec2 before = mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * off / side + middle;
            vec2 owner = piece_at(before, cells);
            bool whole = all(greaterThanEqual(before, vec2(0.0))) && all(lessThan(before, cells));
            if (whole && abs(owner.x - piece) < 0.5)
                return piece_colour(before, cells, owner, own);
        }
    }
    vec2 owner = piece_at(place, cells);
    if (phase < 0.0 || fallen(owner.x, phase) <= 0.0)
        return piece_colour(place, cells, owner, 0.0);
    float shade = 0.15 * smoothstep(0.15, 0.5, progress) * (1.0 - smoothstep(0.85, 0.995, progress));
    vec4 colour = to_at(at);
    return vec4(colour.rgb * (1.0 - shade), colour.a);
}
