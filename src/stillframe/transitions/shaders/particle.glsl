// Each cell's texel: when its bead sets out, and its luck. bakes/particle.py has the same cells.
const float SETTING_OUT = 0.65;
const float FLIGHT = 0.30;
const int REACH = 6;

// Where a bead that belongs at a place comes from, length 1, in cells; luck is 0 to 1.
vec2 origin_of(vec2 place, float luck)
{
    vec2 off = (place - 0.5) * vec2(aspect, 1.0);
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

vec3 lit(vec3 colour, vec3 normal, float flying)
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
    shaded *= 1.0 - 0.35 * smoothstep(0.85, 1.0, 1.0 - normal.z);
    return mix(colour, shaded, flying);
}

vec4 transition(vec2 at)
{
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : to_at(at);
    vec2 cells = table_size;
    vec2 here = at * cells;
    vec2 home = floor(here);
    vec4 own = table_texel(clamp(home, vec2(0.0), cells - 1.0));
    float own_arrival = unpack16(own.rg) * SETTING_OUT + FLIGHT;
    float settling = mode == 2 ? 0.05 : 0.10;
    float done = smoothstep(0.95, 0.995, progress);
    vec4 ground = mix(from_at(at), to_at(at), smoothstep(own_arrival, own_arrival + settling, progress));
    float bead_radius = radius / max(1.0, 2.0 * radius - overlap);
    vec2 flow = origin_of(at, 0.0);
    vec2 side = vec2(-flow.y, flow.x);
    vec4 colour = ground;
    float highest = -1.0;
    for (int step_back = 0; step_back <= REACH; step_back++) {
        for (int aside = -1; aside <= 1; aside++) {
            // A bead of random origin may be on its way to any cell around.
            vec2 off = mode == 3 ? vec2(float(step_back - 3) * 0.8, float(aside) * 0.9)
                : -flow * float(step_back) * 0.9 + side * float(aside) * 0.9;
            vec2 cell = floor(here + off);
            if (any(lessThan(cell, vec2(0.0))) || any(greaterThanEqual(cell, cells)))
                continue;
            vec4 texel = table_texel(cell);
            float start = unpack16(texel.rg) * SETTING_OUT;
            float luck = unpack16(texel.ba);
            float way = clamp((progress - start) / FLIGHT, 0.0, 1.0);
            if (way <= 0.0)
                continue;
            float left = pow(1.0 - way, 3.0);
            vec2 middle = cell + 0.5;
            vec2 origin = origin_of(middle / cells, luck);
            float far = mode == 3 ? 1.6 : float(REACH) - 1.0;
            vec2 bead = middle + origin * far * left;
            if (wobble == 1)
                bead += vec2(-origin.y, origin.x) * sin(way * (15.0 + 10.0 * luck)) * exp(-6.0 * way) * 0.35;
            vec2 spot = (here - bead) / bead_radius;
            float alpha = smoothstep(0.0, 0.12, way) * (1.0 - smoothstep(start + FLIGHT + 0.08, start + FLIGHT + 0.28, progress));
            float flat_away = length(spot);
            // The light behind it, on the way that it came.
            float behind = dot(spot, origin);
            float trail = 3.0 * trail_length * left;
            float beside = length(spot - origin * clamp(behind, 0.0, trail));
            if (flat_away > 1.0 && beside < 0.8 && highest < 0.0) {
                float glow = trail_strength * alpha * (1.0 - behind / max(trail + 1.0, 1e-3)) * (1.0 - beside / 0.8);
                colour = mix(colour, to_at(clamp(middle / cells, 0.0, 0.9999)), clamp(glow, 0.0, 1.0));
            }
            float height = sqrt(max(0.0, 1.0 - flat_away * flat_away));
            if (flat_away < 1.0 && height * alpha > highest) {
                highest = height * alpha;
                vec2 seen = lens == 1 ? middle + spot * bead_radius * mix(1.0, 0.75 + 0.5 * flat_away * flat_away, left) : middle;
                vec4 photo = to_at(clamp(seen / cells, 0.0, 0.9999));
                vec3 shaded = solid == 1 ? lit(photo.rgb, vec3(spot, height), 1.0) : photo.rgb;
                float edge = smoothstep(1.0, 0.86, flat_away);
                colour = mix(ground, vec4(shaded, 1.0), alpha * edge);
            }
        }
    }
    return mix(colour, to_at(at), done);
}
