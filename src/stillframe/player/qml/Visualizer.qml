// Sound over the photo: a shader for each style, one small texture that is new with each frame.
//
// Counterpart: visualizer.py says what is heard, with hear(); shaders/sound/ draws it.
import QtQuick

Item {
    id: visualizer

    property string style: "spectrum"
    property bool drawn: false
    property string place: "bottom"
    property real share: 0.3
    property color lowColour: "white"
    property color highColour: "white"
    property color lineColour: "white"
    // What fills the screen, and what is as wide as it but only so tall.
    readonly property bool whole: style === "pulse"
    readonly property bool square: style === "radial"
    readonly property bool upright: !whole && !square && (place === "left" || place === "right")
    readonly property real tall: share * (upright ? width : height)

    // Colours change as slowly as the photos that they are from; where nobody sees it, at once.
    Behavior on lowColour { enabled: visualizer.drawn; ColorAnimation { duration: 1500 } }
    Behavior on highColour { enabled: visualizer.drawn; ColorAnimation { duration: 1500 } }

    visible: drawn

    function hear(source: string, barCount: real, strength: real, sink: real, level: real, beat: real): void {
        if (source !== "")
            numbers.source = source
        effect.bar_count = barCount
        effect.strength = strength
        effect.sink = sink
        effect.level = level
        effect.beat = beat
    }

    Image {
        id: numbers
        visible: false
        cache: false
        smooth: false
        asynchronous: false
    }

    ShaderEffect {
        id: effect
        readonly property real long_side: visualizer.upright ? visualizer.height : visualizer.width
        readonly property real side: Math.min(visualizer.width, visualizer.height)
            * Math.min(1, visualizer.share * 2.4)

        width: visualizer.whole ? visualizer.width : visualizer.square ? side : long_side
        height: visualizer.whole ? visualizer.height : visualizer.square ? side : visualizer.tall
        x: {
            if (visualizer.square && visualizer.place === "left")
                return 0
            if (visualizer.square && visualizer.place === "right")
                return visualizer.width - width
            if (visualizer.upright)
                return (visualizer.place === "left" ? height / 2 : visualizer.width - height / 2) - width / 2
            return (visualizer.width - width) / 2
        }
        y: {
            if (visualizer.whole || visualizer.upright || visualizer.place === "centre")
                return (visualizer.height - height) / 2
            if (visualizer.square && (visualizer.place === "left" || visualizer.place === "right"))
                return (visualizer.height - height) / 2
            return visualizer.place === "top" ? 0 : visualizer.height - height
        }
        rotation: !visualizer.upright ? (visualizer.place === "top" && !visualizer.square ? 180 : 0)
            : visualizer.place === "left" ? 90 : -90

        property Image heard: numbers
        property real bar_count: 1
        property real strength: 0
        property real sink: 1
        property real level: 0
        property real beat: 0
        property size size_px: Qt.size(width * Screen.devicePixelRatio, height * Screen.devicePixelRatio)
        property color low_colour: visualizer.lowColour
        property color high_colour: visualizer.highColour
        property color line_colour: visualizer.lineColour
        fragmentShader: `../shaders/sound/${visualizer.style}.frag.qsb`
    }
}
