// Each cell's texel: when its bead sets out, and its luck. bakes/particle.py has the same cells.
const float SETTING_OUT = 0.65;
const float FLIGHT = 0.30;
const int REACH = 6;

// Where a bead that belongs at a place comes from, length 1, in cells; luck is 0 to 1.
vec2 origin_of(vec2 place, float luck)
{
    vec2 off = (place - 0.5) * table_size;
    vec2 outward = length(off) > 1e-4 ? normalize(off) : vec2(1.0, 0.0);
    if (mode == 0)
        return -direction;
    if (mode == 1)
        return normalize(outward + vec2(-outward.y, outward.x) * 2.0 * swirl_strength);
    if (mode == 2)
        return outward;
    return vec2(cos(luck * 2.0 * PI), sin(luck * 2.0 * PI));
}

vec3 lamp()
{
    if (light == 0)
        return vec3(0.0, 0.0, 1.0);
    if (light == 1)
        return normalize(vec3(-0.8, 0.0, 0.6));
    if (light == 2)
        return normalize(vec3(0.8, 0.0, 0.6));
    return normalize(vec3(light == 3 ? -0.55 : 0.55, -0.6, 0.6));
}

vec3 lit(vec3 colour, vec3 normal)
{
    vec3 from = lamp();
    vec3 eye = vec3(0.0, 0.0, 1.0);
    float diffuse = max(0.0, dot(normal, from));
    float bright = pow(max(0.0, dot(normal, normalize(from + eye))), gloss);
    float soft = pow(max(0.0, dot(normal, normalize(vec3(from.xy * 0.4, 1.2) + eye))), gloss * 0.35);
    float under = pow(max(0.0, dot(normal, normalize(vec3(-from.xy, 0.7)))), 6.0);
    float rim = pow(1.0 - normal.z, 3.0);
    vec3 shaded = colour * (0.62 + 0.45 * diffuse + 0.18 * under);
    shaded += vec3(0.75 * bright + 0.14 * soft) + colour * rim * 0.25;
    return shaded * (1.0 - 0.35 * smoothstep(0.85, 1.0, 1.0 - normal.z));
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 cells = table_size;
    // Beads are round: a surface of another shape than the table's shows the middle of its cells.
    float wide = aspect * cells.y / cells.x;
    vec2 part = min(vec2(wide, 1.0 / wide), 1.0);
    vec2 here = (0.5 + (at - 0.5) * part) * cells;
    vec2 home = floor(here);
    vec4 own = table_texel(clamp(home, vec2(0.0), cells - 1.0));
    float own_arrival = unpack16(own.rg) * SETTING_OUT + FLIGHT;
    float settling = mode == 2 ? 0.05 : 0.10;
    float done = smoothstep(0.95, 0.995, progress);
    vec4 ground = mix(from_at(at), to_at(at), smoothstep(own_arrival, own_arrival + settling, progress));
    float bead_radius = radius / max(1.0, 2.0 * radius - overlap);
    vec2 flow = origin_of(here / cells, 0.0);
    vec2 side = vec2(-flow.y, flow.x);
    // Of all that may be here, the bead whose surface is nearest to the eye, and the clearest trail.
    vec4 bead_here = vec4(0.0); // its spot, its height, its clearness
    vec4 bead_from = vec4(0.0); // its place, how far it still has to go
    vec3 trail_here = vec3(0.0); // its place, its clearness
    for (int step_back = 0; step_back <= REACH; step_back++) {
        for (int aside = -1; aside <= 1; aside++) {
            // A bead of random origin may be on its way to any cell around.
            vec2 off = mode == 3 ? vec2(float(step_back - 3) * 0.8, float(aside) * 0.9)
                : -flow * float(step_back) * 0.9 + side * float(aside) * 0.9;
            vec2 cell = floor(here + off);
            vec4 texel = table_texel(clamp(cell, vec2(0.0), cells - 1.0));
            float flown = progress - unpack16(texel.rg) * SETTING_OUT;
            bool there = all(greaterThanEqual(cell, vec2(0.0))) && all(lessThan(cell, cells));
            if (!there || flown <= 0.0 || flown >= FLIGHT + 0.28)
                continue;
            float luck = unpack16(texel.ba);
            float way = min(flown / FLIGHT, 1.0);
            float left = (1.0 - way) * (1.0 - way) * (1.0 - way);
            vec2 middle = cell + 0.5;
            vec2 origin = origin_of(middle / cells, luck);
            vec2 bead = middle + origin * (mode == 3 ? 1.6 : float(REACH) - 1.0) * left;
            if (wobble == 1 && way < 1.0)
                bead += vec2(-origin.y, origin.x) * sin(way * (15.0 + 10.0 * luck)) * exp(-6.0 * way) * 0.35;
            vec2 spot = (here - bead) / bead_radius;
            float away = dot(spot, spot);
            float clear = smoothstep(0.0, 0.12, way) * (1.0 - smoothstep(FLIGHT + 0.08, FLIGHT + 0.28, flown));
            if (away < 1.0) {
                float height = sqrt(1.0 - away);
                if (height * clear > bead_here.z * bead_here.w) {
                    bead_here = vec4(spot, height, clear);
                    bead_from = vec4(middle, left, 0.0);
                }
            } else if (left > 0.0) {
                // The light behind it, on the way that it came.
                float trail = 3.0 * trail_length * left;
                float behind = clamp(dot(spot, origin), 0.0, trail);
                float beside = length(spot - origin * behind);
                float glow = trail_strength * clear * (1.0 - behind / (trail + 1.0)) * (1.0 - beside / 0.8);
                trail_here = glow > trail_here.z ? vec3(middle, glow) : trail_here;
            }
        }
    }
    vec4 colour = ground;
    if (bead_here.w > 0.0) {
        float bend = mix(1.0, 0.75 + 0.5 * dot(bead_here.xy, bead_here.xy), bead_from.z);
        vec2 seen = bead_from.xy + (lens == 1 ? bead_here.xy * bead_radius * bend : vec2(0.0));
        vec4 photo = to_at(clamp(0.5 + (seen / cells - 0.5) / part, 0.0, 0.9999));
        vec3 shaded = solid == 1 ? lit(photo.rgb, bead_here.xyz) : photo.rgb;
        float edge = smoothstep(1.0, 0.86, length(bead_here.xy));
        colour = mix(ground, vec4(shaded, 1.0), bead_here.w * edge);
    } else if (trail_here.z > 0.0) {
        colour = mix(ground, to_at(clamp(0.5 + (trail_here.xy / cells - 0.5) / part, 0.0, 0.9999)), min(trail_here.z, 1.0));
    }
    return mix(colour, to_at(at), done);
}
