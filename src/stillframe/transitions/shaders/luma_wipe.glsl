// Each part comes when its turn is, in the order of the new photo's brightness.
float bright_at(vec2 at) { return dot(to_at(clamp(at, 0.0, 0.9999)).rgb, vec3(0.2126, 0.7152, 0.0722)); }

vec4 transition(vec2 at)
{
    vec4 fresh = to_at(at);
    if (progress <= 0.0 || progress >= 1.0)
        return progress <= 0.0 ? from_at(at) : fresh;
    // Its surroundings count too, out to a hundredth of the height: single pixels would glitter.
    float bright = dot(fresh.rgb, vec3(0.2126, 0.7152, 0.0722));
    float weights = 1.0;
    for (int i = 0; i < 10; i++) {
        float part = (float(i) + 0.5) / 10.0;
        float angle = float(i) * 2.3999632;
        float weight = exp(-1.5 * part);
        bright += weight * bright_at(at + 0.012 * sqrt(part) * vec2(cos(angle) / aspect, sin(angle)));
        weights += weight;
    }
    bright /= weights;
    // What is bright in this photo? A few places all over it tell.
    float sum = 0.0;
    float squares = 0.0;
    for (int i = 0; i < 12; i++) {
        float one = bright_at(fract(vec2(0.7548777, 0.5698403) * (float(i) + 0.5)));
        sum += one;
        squares += one * one;
    }
    float mean = sum / 12.0;
    float spread = sqrt(max(squares / 12.0 - mean * mean, 0.0004));
    // Its place among all, nearly: as if brightness were spread by a bell.
    float place = 1.0 / (1.0 + exp(-1.7 * (bright - mean) / spread));
    place = direction_index == 0 ? place : 1.0 - place;
    float edge = progress * (1.0 + softness);
    return mix(from_at(at), fresh, 1.0 - smoothstep(edge - softness, edge, place + 1e-6));
}
