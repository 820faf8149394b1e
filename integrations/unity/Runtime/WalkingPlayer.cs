// Walks with the axes Horizontal and Vertical and looks with the mouse, as Unity's Input Manager has them.
using UnityEngine;

namespace Lucid3D
{
    [AddComponentMenu("lucid3d/Walking Player")]
    public sealed class WalkingPlayer : MonoBehaviour
    {
        [Tooltip("Metres a second.")]
        public float speed = 2.5f;

        [Tooltip("What nods with the mouse: the camera.")]
        public Transform eye;

        CharacterController controller;
        float nod;
        float fall;

        void Start()
        {
            controller = GetComponent<CharacterController>();
        }

        void Update()
        {
            transform.Rotate(0f, 2f * Input.GetAxis("Mouse X"), 0f);
            nod = Mathf.Clamp(nod - 2f * Input.GetAxis("Mouse Y"), -80f, 80f);
            if (eye != null) eye.localRotation = Quaternion.Euler(nod, 0f, 0f);
            Vector3 way = transform.right * Input.GetAxis("Horizontal") + transform.forward * Input.GetAxis("Vertical");
            fall = controller.isGrounded ? -1f : fall - 9.8f * Time.deltaTime;
            controller.Move((Vector3.ClampMagnitude(way, 1f) * speed + Vector3.up * fall) * Time.deltaTime);
        }
    }
}
