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
    property bool plain: false // no shader can be drawn: photos alone, one after the other
    readonly property url crossfade: Qt.resolvedUrl("../../transitions/shaders/crossfade.frag.qsb")
    readonly property Image front: firstIsFront ? first : second
    readonly property Image back: firstIsFront ? second : first

    signal loaded(string source)
    signal tableLoaded(string source)
    signal transitionEnded()
    signal shaderFailed(string shader, string log)

    function upload(source: string, place: rect, goal: rect): void {
        back.place = place
        back.goal = goal
        back.source = source
    }

    function place(frontPlace: rect, frontGoal: rect, backPlace: rect, backGoal: rect): void {
        front.place = frontPlace
        front.goal = frontGoal
        back.place = backPlace
        back.goal = backGoal
    }

    // Everything of a transition but its progress; it is still at rest.
    function dress(shader: string, source: string, smoothly: bool, tableSize: size): void {
        numbers.smooth = smoothly
        numbers.source = source
        effect.table_size = tableSize
        effect.fragmentShader = shader
    }

    // The photo that comes on moves by itself for `travelMs`, through the transition and after it;
    // or, if it is the same photo made anew, goes on where it was.
    function present(durationMs: int, easing: int, travelMs: int, goesOn: bool): void {
        back.begin(travelMs, goesOn ? front.halt() : 0)
        if (durationMs > 0) {
            motion.from = 0
            motion.duration = durationMs
            motion.easing.type = easing
            motion.start()
        } else {
            settle()
        }
    }

    // From where the render thread is: nothing jumps, and it ends as it would have.
    function hurry(atMostMs: int): void {
        if (!motion.running)
            return
        // Stopping tells the property where that is; Qt also says that it has finished.
        motion.goesOn = true
        motion.stop()
        motion.goesOn = false
        motion.from = effect.progress
        motion.duration = Math.max(1, Math.min(atMostMs, motion.duration * (1 - effect.progress)))
        motion.easing.type = Easing.OutSine
        motion.start()
    }

    // Both changes reach the render thread in one synchronisation: no frame shows the old photo.
    function settle(): void {
        firstIsFront = !firstIsFront
        effect.progress = 0
        back.source = ""
        back.place = Qt.rect(0, 0, 0, 0)
        back.goal = back.place
        back.begin(0, 0)
        transitionEnded()
    }

    component Photo: Image {
        id: photo
        property rect place: Qt.rect(0, 0, 0, 0)
        property rect goal: Qt.rect(0, 0, 0, 0)
        required property string uniform
        visible: stage.plain && stage.front === photo
        x: place.x * stage.width
        y: place.y * stage.height
        width: place.width * stage.width
        height: place.height * stage.height
        asynchronous: true
        cache: false
        onStatusChanged: {
            if (status === Image.Ready && source != "")
                stage.loaded(source)
        }

        function halt(): real {
            drift.stop() // which tells the property where the render thread is
            return effect[uniform]
        }

        function begin(travelMs: int, travel: real): void {
            drift.stop()
            effect[uniform] = travel
            if (travelMs > 0 && travel < 1) {
                drift.from = travel
                drift.duration = travelMs * (1 - travel)
                drift.start()
            }
        }

        UniformAnimator {
            id: drift
            target: effect
            uniform: photo.uniform
            to: 1
            easing.type: Easing.OutSine
        }
    }

    Photo { id: first; uniform: "first_travel" }
    Photo { id: second; uniform: "second_travel" }

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
        visible: !stage.plain
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
        property rect from_goal: stage.front.goal
        property rect to_goal: stage.back.goal
        property real first_travel: 0
        property real second_travel: 0
        property real first_is_front: stage.firstIsFront ? 1 : 0
        fragmentShader: stage.crossfade
        onStatusChanged: {
            if (status !== ShaderEffect.Error)
                return
            // Drawn once more as it is, it would end the process.
            const failed = fragmentShader
            stage.plain = failed == stage.crossfade
            if (!stage.plain)
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
        property bool goesOn: false
        target: effect
        uniform: "progress"
        from: 0
        to: 1
        onFinished: {
            if (!goesOn)
                stage.settle()
        }
    }
}
