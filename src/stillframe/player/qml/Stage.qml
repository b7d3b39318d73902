// The screen: two photos, one shader, and the animator that drives it on the render thread.
//
// One of the two images is shown (front), the other takes the next photo (back). Both are bound to
// the shader all the time, so that the back one's texture is uploaded while the screen is at rest.
// Counterpart: stage.py calls upload() and present(), and hears uploaded() and transitionEnded().
import QtQuick

Item {
    id: stage

    property color matColour: "black"
    property int durationMs: 1200
    property bool firstIsFront: true
    property real beat: 0
    readonly property Image front: firstIsFront ? first : second
    readonly property Image back: firstIsFront ? second : first

    signal loaded(string source)
    signal transitionEnded()

    function upload(source: string, rect: rect): void {
        back.place = rect
        back.source = source
    }

    function place(frontRect: rect, backRect: rect): void {
        front.place = frontRect
        back.place = backRect
    }

    function present(animated: bool): void {
        if (animated)
            motion.start()
        else
            settle()
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

    ShaderEffect {
        id: effect
        objectName: "effect"
        anchors.fill: parent
        property Image from_photo: stage.front
        property Image to_photo: stage.back
        property rect from_rect: stage.front.place
        property rect to_rect: stage.back.place
        property color mat_colour: stage.matColour
        property real progress: 0
        scale: 1 + 0.012 * stage.beat
        fragmentShader: "../shaders/crossfade.frag.qsb"
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
        duration: stage.durationMs
        easing.type: Easing.InOutQuad
        onFinished: stage.settle()
    }
}
