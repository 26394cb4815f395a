// Case of the battery version: base and lid, millimetres. Print each with its flat side down, without supports.
// openscad -D 'part="base"' -o base.stl reader.scad     (or part="lid")
// Sizes of parts: keypad 68.6 x 76.2 (Parallax 27899 sheet 1.2); Pi Zero 65 x 30, holes 58 x 23 (Raspberry Pi drawing);
// display window for a 0.96 inch glass (21.7 x 10.9 lit); cell 51 x 65 x 8. Measure yours before you print.
part = "base";
$fn = 24;

width = 92; length = 160; wall = 2; corner = 6;
base_height = 30; floor = 2; lid_plate = 3; lip = 4; play = 0.3;

pad = [69.2, 76.8, 0.9];            // recess: the pad and 0.3 mm all round, as deep as the membrane
pad_at = [(width - pad[0]) / 2, 12];
ribbon = [22, 3];                   // slot below the pad's lower edge
window = [24, 13];
window_at = [(width - window[0]) / 2, 108];
light_at = [14, 114]; light_hole = 5.2;
sound_at = [78, 114];

pi_at = [8, 112]; pi_holes = [58, 23]; post = [6, 2.2, 5]; // outer, screw hole, height
cell_at = [20, 14]; cell = [52, 67, 6]; rib = 1.6;
usb = [14, 9];                      // reader's cable, in the upper wall
charge = [11, 6];                   // charger's USB-C, in the lower wall

module slab(size, height, radius) {
    linear_extrude(height) offset(radius) offset(-radius) square(size);
}

module inside(height, less = 0) {
    translate([wall + less, wall + less, 0])
        slab([width - 2 * (wall + less), length - 2 * (wall + less)], height, corner - wall - less);
}

module pi_posts() {
    for (x = [0, pi_holes[0]], y = [0, pi_holes[1]])
        translate([pi_at[0] + 3.5 + x, pi_at[1] + 3.5 + y, floor - 0.01]) difference() {
            cylinder(d = post[0], h = post[2]);
            translate([0, 0, 0.6]) cylinder(d = post[1], h = post[2]);
        }
}

module cell_bay() {
    translate([cell_at[0] - rib, cell_at[1] - rib, floor - 0.01]) difference() {
        cube([cell[0] + 2 * rib, cell[1] + 2 * rib, cell[2]]);
        translate([rib, rib, -1]) cube([cell[0], cell[1], cell[2] + 2]);
        translate([cell[0] / 2 - 8, -1, -1]) cube([16, cell[1] + 2 * rib + 2, cell[2] + 2]);
    }
}

module base() {
    difference() {
        slab([width, length], base_height, corner);
        translate([0, 0, floor]) inside(base_height);
        translate([(width - usb[0]) / 2, length - wall - 1, 12]) cube([usb[0], wall + 2, usb[1]]);
        translate([(width - charge[0]) / 2, -1, 8]) cube([charge[0], wall + 2, charge[1]]);
    }
    pi_posts();
    cell_bay();
}

module lid() {
    difference() {
        union() {
            slab([width, length], lid_plate, corner);
            translate([0, 0, lid_plate - 0.01]) difference() {
                inside(lip, play);
                translate([0, 0, -1]) inside(lip + 2, play + 1.6);
            }
        }
        // The lid lies with its face down: what is cut from below is seen from above.
        translate([pad_at[0], pad_at[1], -1]) cube([pad[0], pad[1], pad[2] + 1]);
        translate([(width - ribbon[0]) / 2, pad_at[1] + 0.5, -1]) cube([ribbon[0], ribbon[1], lid_plate + 2]);
        translate([window_at[0], window_at[1], -1]) cube([window[0], window[1], lid_plate + 2]);
        translate([light_at[0], light_at[1], -1]) cylinder(d = light_hole, h = lid_plate + 2);
        for (i = [-1, 0, 1]) translate([sound_at[0] + 4 * i, sound_at[1] - 5, -1]) cube([1.6, 10, lid_plate + 2]);
    }
}

if (part == "lid") lid(); else base();
