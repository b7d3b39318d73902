// The screen: two photos, one shader at a time, and the animator that drives it on the render thread.
//
// One of the two images is shown (front), the other takes the next photo (back). Both are bound to
// the shader all the time, so that the back one's texture is uploaded while the screen is at rest.
// So is the next transition: its shader and its table are set before it begins, and drawn once at
// progress 0, where every transition shows the old photo to the bit.
// Counterpart: stage.py calls upload(), dress() and present(), and hears loaded(), transitionEnded()
// and shaderFailed().
import QtQuick

Item {
    id: stage

    property color matColour: "black"
    property bool firstIsFront: true
    property real beat: 0
    readonly property url crossfade: Qt.resolvedUrl("../../transitions/shaders/crossfade.frag.qsb")
    readonly property Image front: firstIsFront ? first : second
    readonly property Image back: firstIsFront ? second : first

    signal loaded(string source)
    signal tableLoaded(string source)
    signal transitionEnded()
    signal shaderFailed(string shader, string log)

    function upload(source: string, rect: rect): void {
        back.place = rect
        back.source = source
    }

    function place(frontRect: rect, backRect: rect): void {
        front.place = frontRect
        back.place = backRect
    }

    // Everything of a transition but its progress; it is still at rest.
    function dress(shader: string, source: string, smoothly: bool, tableSize: size): void {
        numbers.smooth = smoothly
        numbers.source = source
        effect.table_size = tableSize
        effect.fragmentShader = shader
    }

    function present(durationMs: int, easing: int): void {
        if (durationMs > 0) {
            motion.duration = durationMs
            motion.easing.type = easing
            motion.start()
        } else {
            settle()
        }
    }

    // Both changes reach the render thread in one synchronisation: no frame shows the old photo.
    function settle(): void {
        firstIsFront = !firstIsFront
        effect.progress = 0
        back.source = ""
        back.place = Qt.rect(0, 0, 0, 0)
        transitionEnded()
    }

    component Photo: Image {
        property rect place: Qt.rect(0, 0, 0, 0)
        visible: false
        asynchronous: true
        cache: false
        onStatusChanged: {
            if (status === Image.Ready && source != "")
                stage.loaded(source)
        }
    }

    Photo { id: first }
    Photo { id: second }

    Image {
        id: numbers
        visible: false
        asynchronous: true
        cache: false
        onStatusChanged: {
            if (status === Image.Ready && source != "")
                stage.tableLoaded(source)
        }
    }

    ShaderEffect {
        id: effect
        objectName: "effect"
        anchors.fill: parent
        scale: 1 + 0.012 * stage.beat

        property Image from_photo: stage.front
        property Image to_photo: stage.back
        property Image table: numbers
        property rect from_rect: stage.front.place
        property rect to_rect: stage.back.place
        property color mat_colour: stage.matColour
        property real progress: 0
        property real seed: 0
        property real direction_place: 0
        property size table_size: Qt.size(1, 1)
        property vector4d geometry: Qt.vector4d(width * Screen.devicePixelRatio,
            height * Screen.devicePixelRatio, table_size.width, table_size.height)
        property vector4d heading: Qt.vector4d(0, 0, 0, 0)
        property vector4d p0
        property vector4d p1
        property vector4d p2
        property vector4d p3
        fragmentShader: stage.crossfade
        onStatusChanged: {
            if (status !== ShaderEffect.Error)
                return
            // Drawn once more as it is, it would end the process.
            const failed = fragmentShader
            fragmentShader = stage.crossfade
            stage.shaderFailed(failed, log)
        }
    }

    Visualizer {
        objectName: "visualizer"
        anchors.fill: parent
    }

    UniformAnimator {
        id: motion
        target: effect
        uniform: "progress"
        from: 0
        to: 1
        onFinished: stage.settle()
    }
}
